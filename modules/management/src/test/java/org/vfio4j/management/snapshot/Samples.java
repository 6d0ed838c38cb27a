/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Cause;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import tools.jackson.databind.node.ObjectNode;

/** A snapshot that has everything a snapshot can have. */
final class Samples {
    private Samples() {}

    static Snapshot snapshot() {
        List<DeviceProbe> probes = List.of(mediated(), inUse(), unseen());
        return new Snapshot(
                "kernel",
                "node-7",
                "6.12.117+deb12-amd64",
                new Platform("11.1.3", null, false),
                Instant.parse("2026-11-23T10:15:30Z"),
                new Inventory(
                        List.of(
                                new MdevParent(
                                        "mtty",
                                        List.of(new MdevParent.Type("mtty-1", "Single port", null, 21, "vfio-pci"))),
                                new MdevParent(
                                        "0000:00:02.0",
                                        List.of(new MdevParent.Type(
                                                "i915-GVTg_V5_4",
                                                null,
                                                "fence: 4\nresolution:\t1920x1200",
                                                null,
                                                null))),
                                new MdevParent("empty", List.of())),
                        probes.stream().map(DeviceProbe::device).toList(),
                        List.of(
                                new Finding("tree-no-permission", Finding.Severity.INFO, "/proc", "text", "remedy"),
                                new Finding("tree-vanished", Finding.Severity.WARNING, "/sys/x", "text", ""),
                                new Finding("other", Finding.Severity.BLOCKER, "ünïcödé 🖥", "text", ""))),
                probes);
    }

    /** Free, and everything is known of it. */
    static DeviceProbe mediated() {
        HostDevice device = new HostDevice(
                "1f0f2d6a-0000-4000-8000-000000000007",
                DeviceKind.MDEV,
                "mtty",
                "mtty-1",
                "mtty",
                "0.1",
                true,
                6,
                "vfio6",
                Usage.FREE);
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        answers.put(Question.DISPLAY_REGION, new Answer.No("open", "QUERY_GFX_PLANE PROBE|REGION: ENOTTY"));
        answers.put(Question.DISPLAY_DMABUF, new Answer.No("sysfs", "display_dmabuf: 0"));
        answers.put(Question.EDID, new Answer.No("open", "GET_REGION_INFO: none of 9 regions"));
        answers.put(
                Question.MIGRATION,
                new Answer.Yes("open", "DEVICE_FEATURE GET MIGRATION: 0x7", List.of("stop-copy", "p2p", "pre-copy")));
        answers.put(Question.DIRTY_TRACKING, new Answer.Yes("debugfs", "dirty-tracking"));
        return new DeviceProbe(device, answers);
    }

    private static DeviceProbe inUse() {
        HostDevice device = new HostDevice(
                "0000:01:00.0",
                DeviceKind.PCI,
                null,
                null,
                "vfio-pci",
                null,
                true,
                7,
                null,
                Usage.inUse(List.of(
                        new Usage.Holder(4711, "qemu-system-x86"), new Usage.Holder(4712, "with \"quotes\"\\"))));
        return unknown(device, Cause.IN_USE);
    }

    private static DeviceProbe unseen() {
        HostDevice device = new HostDevice(
                "fff51000.ethernet", DeviceKind.PLATFORM, null, null, null, null, false, null, null, Usage.UNKNOWN);
        return unknown(device, Cause.NOT_BOUND);
    }

    private static DeviceProbe unknown(HostDevice device, Cause cause) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            answers.put(question, new Answer.Unknown("open", "evidence", cause, "because", "remedy"));
        }
        return new DeviceProbe(device, answers);
    }

    static ObjectNode document() {
        return Json.snapshot(snapshot());
    }

    static byte[] bytes(Object document) {
        return document.toString().getBytes(StandardCharsets.UTF_8);
    }
}
