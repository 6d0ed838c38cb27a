/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.linux.sysfs.TreeFinding;
import org.vfio4j.linux.sysfs.TreeProblem;
import org.vfio4j.management.TestTree;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.KernelHost;
import org.vfio4j.management.host.UserHost;

/** The ways that read files: sysfs and debugfs. */
class TreeWaysTest {
    private static final String UUID = "1f0f2d6a-0000-4000-8000-000000000007";
    private static final String FEATURES = "/sys/devices/virtual/mtty/mtty/" + UUID + "/vfio_features/";
    private static final String SHOWN = "/sys/bus/mdev/devices/" + UUID + "/vfio_features/";
    private static final String DEBUGFS = "/sys/kernel/debug/vfio/" + UUID + "/migration/features";

    @TempDir
    private Path folder;

    private static Map<Question, Answer> sysfs(TestTree tree) {
        KernelHost host = tree.host();
        return new SysfsWay(host).ask(device(host));
    }

    private static Map<Question, Answer> debugfs(TestTree tree) {
        KernelHost host = tree.host();
        return new DebugfsWay(host).ask(device(host));
    }

    private static HostDevice device(KernelHost host) {
        return host.find(UUID).orElseThrow();
    }

    @Test
    void attributesWithOneOrZeroAreYesOrNo() {
        TestTree tree = TestTree.samples(folder)
                .attribute(FEATURES + "display_region", "1\n")
                .attribute(FEATURES + "display_dmabuf", "0\n")
                .attribute(FEATURES + "migration", "1");

        assertThat(sysfs(tree))
                .containsOnly(
                        Map.entry(Question.DISPLAY_REGION, new Answer.Yes("sysfs", SHOWN + "display_region: 1")),
                        Map.entry(Question.DISPLAY_DMABUF, new Answer.No("sysfs", SHOWN + "display_dmabuf: 0")),
                        Map.entry(Question.MIGRATION, new Answer.Yes("sysfs", SHOWN + "migration: 1")));
    }

    @Test
    void aDeviceWithoutFeatureAttributesHasNoAnswerInSysfs() {
        assertThat(sysfs(TestTree.samples(folder))).isEmpty();
    }

    @Test
    void anAttributeThatIsNotThereLeavesItsQuestionOpen() {
        TestTree tree = TestTree.samples(folder).attribute(FEATURES + "migration", "0\n");

        assertThat(sysfs(tree)).containsOnlyKeys(Question.MIGRATION);
    }

    @Test
    void anAttributeThatIsNeitherOneNorZeroIsNoAnswer() {
        TestTree tree = TestTree.samples(folder).attribute(FEATURES + "migration", "maybe\n");

        assertThat(sysfs(tree).get(Question.MIGRATION)).isInstanceOfSatisfying(Answer.Unknown.class, a -> {
            assertThat(a.cause()).isEqualTo(Cause.FAILED);
            assertThat(a.evidence()).isEqualTo(SHOWN + "migration: maybe");
        });
    }

    @Test
    void anAttributeThatCannotBeReadIsUnknownForThatReason() {
        TestTree tree = TestTree.samples(folder).directory(FEATURES + "migration");

        assertThat(sysfs(tree).get(Question.MIGRATION)).isInstanceOfSatisfying(Answer.Unknown.class, a -> {
            assertThat(a.cause()).isEqualTo(Cause.FAILED);
            assertThat(a.evidence()).isEqualTo(SHOWN + "migration: tree-not-a-file");
        });
    }

    @Test
    void aPciFunctionsAttributesAreReadFromItsOwnBus() {
        KernelHost host = TestTree.empty(folder)
                .pci("0000:01:00.0", "vfio-pci", 7)
                .attribute("/sys/devices/pci0000:00/0000:01:00.0/vfio_features/migration", "1\n")
                .host();

        assertThat(new SysfsWay(host).ask(host.find("0000:01:00.0").orElseThrow()))
                .containsOnlyKeys(Question.MIGRATION);
    }

    @Test
    void debugfsTellsTheFlagsInTheKernelsOrderAndDirtyTrackingApart() {
        TestTree tree = TestTree.samples(folder).attribute(DEBUGFS, "pre-copy\nstop-copy\np2p\ndirty-tracking\n");
        String evidence = DEBUGFS + ": stop-copy p2p pre-copy dirty-tracking";

        assertThat(debugfs(tree))
                .containsOnly(
                        Map.entry(
                                Question.MIGRATION,
                                new Answer.Yes("debugfs", evidence, List.of("stop-copy", "p2p", "pre-copy"))),
                        Map.entry(Question.DIRTY_TRACKING, new Answer.Yes("debugfs", evidence)));
    }

    @Test
    void debugfsWithoutTheLineSaysThatDirtyTrackingIsNotThere() {
        TestTree tree = TestTree.samples(folder).attribute(DEBUGFS, "stop-copy\n");

        assertThat(debugfs(tree))
                .containsEntry(Question.DIRTY_TRACKING, new Answer.No("debugfs", DEBUGFS + ": stop-copy"));
    }

    @Test
    void aLaterKernelsFlagIsKept() {
        TestTree tree = TestTree.samples(folder).attribute(DEBUGFS, "stop-copy\nteleport\n");

        assertThat(debugfs(tree).get(Question.MIGRATION))
                .isEqualTo(
                        new Answer.Yes("debugfs", DEBUGFS + ": stop-copy teleport", List.of("stop-copy", "teleport")));
    }

    @Test
    void withoutDebugfsNothingIsSaid() {
        assertThat(debugfs(TestTree.samples(folder))).isEmpty();
    }

    @Test
    void aFeaturesFileThatCannotBeReadLeavesBothQuestionsOpen() {
        TestTree tree = TestTree.samples(folder).directory(DEBUGFS);

        assertThat(debugfs(tree))
                .containsOnlyKeys(Question.MIGRATION, Question.DIRTY_TRACKING)
                .allSatisfy((question, answer) -> assertThat(answer)
                        .isInstanceOfSatisfying(
                                Answer.Unknown.class, a -> assertThat(a.cause()).isEqualTo(Cause.FAILED)));
    }

    @Test
    void whatOnlyRootMayReadIsAMatterOfPermission() {
        TreeFinding denied = new TreeFinding(
                TreeProblem.NO_PERMISSION.id(), "/sys/kernel/debug", "must not be read: EACCES", "Run as root.");

        assertThat(Unreadable.answer("debugfs", DEBUGFS, denied))
                .isEqualTo(new Answer.Unknown(
                        "debugfs",
                        DEBUGFS + ": tree-no-permission",
                        Cause.NO_PERMISSION,
                        DEBUGFS + " must not be read: EACCES",
                        "Run as root."));
    }

    @Test
    void aHostOffersItsWaysTheLeastIntrusiveFirst() {
        assertThat(Ways.of(new KernelHost(Root.ofThisMachine()), false))
                .extracting(Way::name)
                .containsExactly("sysfs", "debugfs", "open");
        assertThat(Ways.of(TestTree.empty(folder).host(), false))
                .extracting(Way::name)
                .containsExactly("sysfs", "debugfs");
        try (UserHost host = UserHost.demo(List.of())) {
            assertThat(Ways.of(host, false))
                    .extracting(Way::name)
                    .containsExactly("sysfs", "features", "group", "read-only", "open");
        }
    }
}
