/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.UserHost;

/** A host's numbers for Prometheus. They are counted when they are asked for. */
public final class HostMetrics {
    private static final String[] TYPE = {"parent", "type"};

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final UserHost host;
    private final Counter requests;
    private final Counter bytes;
    private final Counter frames;

    public HostMetrics(UserHost host) {
        this.host = host;
        gauge("vfio4j_devices", "Devices that are there.", d -> true);
        gauge(
                "vfio4j_devices_in_use",
                "Devices that somebody has open.",
                d -> d.usage().isInUse());
        GaugeWithCallback.builder()
                .name("vfio4j_type_available_instances")
                .help("How many more of a type can be made.")
                .labelNames(TYPE)
                .callback(each -> parents()
                        .forEach(p ->
                                p.types().forEach(t -> t.available().ifPresent(n -> each.call(n, p.name(), t.id())))))
                .register(registry);
        requests = Counter.builder()
                .name("vfio4j_console_requests_total")
                .help("Requests that were answered, by what was asked for.")
                .labelNames("operation", "status")
                .register(registry);
        bytes = Counter.builder()
                .name("vfio4j_display_sent_bytes_total")
                .help("Bytes of pictures that were sent, by how.")
                .labelNames("way")
                .register(registry);
        frames = Counter.builder()
                .name("vfio4j_display_sent_frames_total")
                .help("Pictures, or what changed of them, that were sent, by how.")
                .labelNames("way")
                .register(registry);
    }

    /** Shows a number of the console's own. */
    public void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(one -> one.call(value.getAsDouble()))
                .register(registry);
    }

    /** A request was answered. */
    public void answered(String operation, int status) {
        requests.labelValues(operation, Integer.toString(status)).inc();
    }

    /** Bytes of a picture were sent: by {@code png} or {@code rfb}. */
    public void sent(String way, long count) {
        bytes.labelValues(way).inc(count);
    }

    /** All of a picture was sent, or all that had changed of it. */
    public void sentFrame(String way) {
        frames.labelValues(way).inc();
    }

    /** All of it in Prometheus's text format. */
    public Response text() {
        PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.builder().build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writer.write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Response(200, writer.getContentType(), out.toByteArray(), Map.of());
    }

    private void gauge(String name, String help, Predicate<HostDevice> counted) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(TYPE)
                .callback(each -> count(counted).forEach((type, count) -> each.call(count, type.get(0), type.get(1))))
                .register(registry);
    }

    private List<MdevParent> parents() {
        return host.types().parents();
    }

    /** By parent and type; a physical device has neither. */
    private Map<List<String>, Integer> count(Predicate<HostDevice> counted) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (HostDevice device : host.inventory().devices()) {
            List<String> type =
                    List.of(device.parent().orElse(""), device.type().orElse(""));
            counts.merge(type, counted.test(device) ? 1 : 0, Integer::sum);
        }
        return counts;
    }
}
