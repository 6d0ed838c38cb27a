/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.export;

import java.util.Map;
import java.util.TreeMap;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.snapshot.Snapshot;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A host's devices for Kubernetes' Node Feature Discovery: as a {@code NodeFeature} object, or as a file for its local source
 * ({@code features.d}). Labels say what the node has of what; each device is an instance of the feature {@code vfio4j.device}.
 */
public final class NodeFeatures {
    private static final String PREFIX = "feature.node.kubernetes.io/";
    private static final String OURS = "vfio4j-";
    /** A node has a limited number of labels' bytes; types beyond these are left to the instances. */
    private static final int MAX_LABELS = 200;

    private NodeFeatures() {}

    /** The object, for the API server. */
    public static ObjectNode object(Snapshot host) {
        String node = Names.subdomain(host.hostName());
        ObjectNode object = JsonNodeFactory.instance
                .objectNode()
                .put("apiVersion", "nfd.k8s-sigs.io/v1alpha1")
                .put("kind", "NodeFeature");
        ObjectNode metadata = object.putObject("metadata").put("name", "vfio4j-" + node);
        metadata.putObject("labels").put("nfd.node.kubernetes.io/node-name", Names.word(node));
        ObjectNode spec = object.putObject("spec");
        ObjectNode labels = spec.putObject("labels");
        labels(host).forEach((name, value) -> labels.put(PREFIX + name, value));
        ObjectNode features = spec.putObject("features");
        features.putObject("flags");
        features.putObject("attributes");
        ArrayNode elements =
                features.putObject("instances").putObject("vfio4j.device").putArray("elements");
        host.probes().forEach(probe -> instance(elements.addObject().putObject("attributes"), probe));
        return object;
    }

    /** The file: a label a line. */
    public static String file(Snapshot host) {
        StringBuilder file = new StringBuilder();
        labels(host)
                .forEach((name, value) ->
                        file.append(name).append('=').append(value).append('\n'));
        return file.toString();
    }

    /** Names without their namespace. */
    private static Map<String, String> labels(Snapshot host) {
        Map<String, String> labels = new TreeMap<>();
        for (DeviceProbe probe : host.probes()) {
            probe.answers().forEach((question, answer) -> {
                if (answer instanceof Answer.Yes) {
                    labels.put(OURS + question.word(), "true");
                }
            });
        }
        for (MdevParent parent : host.inventory().parents()) {
            if (parent.driverOrNull() != null && parent.driverVersionOrNull() != null) {
                labels.put(
                        Names.word(OURS + "driver." + parent.driverOrNull()), Names.word(parent.driverVersionOrNull()));
            }
            for (MdevParent.Type type : parent.types()) {
                String name = Names.word(OURS + "type." + type.id());
                if (labels.size() < MAX_LABELS || labels.containsKey(name)) {
                    int more = type.available().orElse(0);
                    labels.merge(name, String.valueOf(more), NodeFeatures::sum);
                }
            }
        }
        return labels;
    }

    private static String sum(String one, String other) {
        return String.valueOf(Math.min(Integer.MAX_VALUE, Long.parseLong(one) + Long.parseLong(other)));
    }

    private static void instance(ObjectNode into, DeviceProbe probe) {
        into.put("name", probe.device().name())
                .put("kind", probe.device().kind().word());
        probe.device().type().ifPresent(type -> into.put("type", type));
        probe.device().parent().ifPresent(parent -> into.put("parent", parent));
        probe.device().driver().ifPresent(driver -> into.put("driver", driver));
        for (Question question : Question.values()) {
            into.put(question.word(), probe.answer(question).word());
        }
    }
}
