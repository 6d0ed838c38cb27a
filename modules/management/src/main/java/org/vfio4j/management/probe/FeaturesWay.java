/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.GroupHandle;

/**
 * VFIO_DEVICE_PROBE_FEATURES of the thread's proposal: a bitmask of what the vendor's driver said when it registered the device. The core
 * answers it, also while the device is in use, and though its driver would not open without a virtual machine.
 */
public final class FeaturesWay implements Way {
    private static final String NAME = "features";

    private final UserHost host;

    public FeaturesWay(UserHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String needs() {
        return "read access to the group's node";
    }

    @Override
    public String touches() {
        return "the group, opened for queries; not the device";
    }

    @Override
    public Map<Question, Answer> ask(HostDevice device) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        if (device.group().isEmpty()) {
            return answers;
        }
        String call = "VFIO_DEVICE_PROBE_FEATURES";
        try (GroupHandle group = host.core().openGroupForQueries(device.group().getAsInt(), host.self());
                Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(DeviceFeatures.SIZE);
            argument.set(ValueLayout.JAVA_INT, 0, DeviceFeatures.SIZE);
            group.probeFeatures(device.name(), argument);
            DeviceFeatures features = DeviceFeatures.read(argument);
            String evidence = call + ": 0x" + Integer.toHexString(features.bits());
            answers.put(Question.DISPLAY_REGION, answer(features.has(DeviceFeatures.DISPLAY_REGION), evidence));
            answers.put(Question.DISPLAY_DMABUF, answer(features.has(DeviceFeatures.DISPLAY_DMABUF), evidence));
            answers.put(Question.MIGRATION, answer(features.has(DeviceFeatures.MIGRATION), evidence));
        } catch (ErrnoException e) {
            Answer failed = OpenRefusals.failedQuery(NAME, call, e);
            answers.put(Question.DISPLAY_REGION, failed);
            answers.put(Question.DISPLAY_DMABUF, failed);
            answers.put(Question.MIGRATION, failed);
        }
        return answers;
    }

    private static Answer answer(boolean has, String evidence) {
        return has ? new Answer.Yes(NAME, evidence) : new Answer.No(NAME, evidence);
    }
}
