/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.linux.sysfs.MigrationDebugfs;
import org.vfio4j.linux.sysfs.Reading;
import org.vfio4j.linux.sysfs.TreeFinding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.KernelHost;

/**
 * Reads what Linux 6.18 shows in debugfs of a device that can migrate: {@code /sys/kernel/debug/vfio/<device>/migration/features}. It needs
 * root and CONFIG_VFIO_DEBUGFS, and says nothing of displays; a device that cannot migrate has no such file, as on a kernel that has no such
 * interface, so a missing file is no answer.
 */
public final class DebugfsWay implements Way {
    private static final String NAME = "debugfs";

    private final KernelHost host;

    public DebugfsWay(KernelHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String needs() {
        return "root, and a kernel from 6.18 with CONFIG_VFIO_DEBUGFS";
    }

    @Override
    public String touches() {
        return "nothing: a file is read";
    }

    @Override
    public Map<Question, Answer> ask(HostDevice device) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        String path = "/sys/kernel/debug/vfio/" + device.name() + "/migration/features";
        switch (MigrationDebugfs.read(host.root(), device.name()).features()) {
            case Reading.Found<MigrationDebugfs.Features>(var features) -> {
                List<String> words = words(features);
                String evidence = path + ": " + String.join(" ", words);
                boolean tracking = words.remove(MigrationFlags.DIRTY_TRACKING);
                answers.put(Question.MIGRATION, new Answer.Yes(NAME, evidence, words));
                answers.put(
                        Question.DIRTY_TRACKING,
                        tracking ? new Answer.Yes(NAME, evidence) : new Answer.No(NAME, evidence));
            }
            case Reading.Missing<MigrationDebugfs.Features> missing -> {}
            case Reading.Unreadable<MigrationDebugfs.Features>(TreeFinding finding) -> {
                Answer unreadable = Unreadable.answer(NAME, path, finding);
                answers.put(Question.MIGRATION, unreadable);
                answers.put(Question.DIRTY_TRACKING, unreadable);
            }
        }
        return answers;
    }

    /** In the kernel's order, whatever order the set has in this run; then those of a later kernel. */
    private static List<String> words(MigrationDebugfs.Features features) {
        List<String> words = new ArrayList<>();
        features.known().stream().sorted().forEach(f -> words.add(f.line()));
        words.addAll(features.unknown());
        return words;
    }
}
