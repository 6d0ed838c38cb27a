/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFilesTest {
    @TempDir
    Path temp;

    private OpenFiles scan(Root root) {
        return assertTimeoutPreemptively(Duration.ofSeconds(60), () -> OpenFiles.scan(root));
    }

    @Test
    void oneScanTellsTheHoldersOfEveryNode() {
        CapturedTree tree = CapturedTree.empty(temp)
                .directory("/proc/1/fd")
                .attribute("/proc/77/comm", "qemu-system-x86\n")
                .link("/proc/77/fd/0", "/dev/null")
                .link("/proc/77/fd/9", "/dev/vfio/vfio")
                .link("/proc/77/fd/10", "/dev/vfio/3")
                .link("/proc/77/fd/11", "/dev/vfio/3")
                .link("/proc/77/fd/12", "anon_inode:[vfio-device]")
                .attribute("/proc/8/comm", "other\n")
                .link("/proc/8/fd/5", "/dev/vfio/3 (deleted)")
                .link("/proc/8/fd/6", "/dev/vfio/devices/vfio1")
                .link("/proc/8/fd/7", "/dev/iommu")
                .link("/proc/8/fd/8", "/home/x\u001b[2J")
                .link("/proc/self", "8")
                .directory("/proc/sys/fd");

        OpenFiles open = scan(tree.root());

        assertThat(open.of("/dev/vfio/3"))
                .containsExactly(new OpenFiles.Holder(8, "other"), new OpenFiles.Holder(77, "qemu-system-x86"));
        assertThat(open.of("/dev/vfio/devices/vfio1")).containsExactly(new OpenFiles.Holder(8, "other"));
        assertThat(open.holders().keySet())
                .containsExactlyInAnyOrder("/dev/vfio/vfio", "/dev/vfio/3", "/dev/vfio/devices/vfio1", "/dev/iommu");
        assertThat(open.of("/dev/vfio/4")).isEmpty();
        assertThat(open.complete()).isTrue();
    }

    @Test
    void aProcessThatEndsMeanwhileIsNoGap() {
        CapturedTree tree = CapturedTree.empty(temp)
                .directory("/proc/1/fd")
                .directory("/proc/5")
                .link("/proc/6/fd/3", "/dev/vfio/1");

        OpenFiles open = scan(tree.root());

        assertThat(open.of("/dev/vfio/1")).containsExactly(new OpenFiles.Holder(6, "?"));
        assertThat(open.complete()).isTrue();
    }

    @Test
    void aProcessThatMustNotBeExaminedMakesTheScanIncomplete() throws Exception {
        CapturedTree tree = CapturedTree.empty(temp)
                .directory("/proc/1/fd")
                .attribute("/proc/5/comm", "a\n")
                .link("/proc/5/fd/3", "/dev/vfio/1")
                .link("/proc/6/fd/3", "/dev/vfio/2");
        Unprivileged.open(temp);
        Unprivileged.close(tree.path("/proc/6/fd"));

        OpenFiles open = Unprivileged.read(() -> OpenFiles.scan(tree.root()));
        Unprivileged.open(temp);

        assertThat(open.complete()).isFalse();
        assertThat(open.of("/dev/vfio/1")).hasSize(1);
        assertThat(open.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.is(TreeProblem.NO_PERMISSION)).isTrue();
            assertThat(finding.text()).isEqualTo("1 of 3 processes could not be examined");
        });
    }

    @Test
    void noProcIsNotTheSameAsNoHolder() {
        OpenFiles open = scan(Root.at(temp));

        assertThat(open.complete()).isFalse();
        assertThat(open.findings()).singleElement().matches(it -> it.is(TreeProblem.NOT_CAPTURED));
    }

    @Test
    void aProcThatHidesProcessesIsIncomplete() {
        CapturedTree tree = CapturedTree.empty(temp).directory("/proc/5/fd");

        assertThat(scan(tree.root()).complete()).isFalse();
    }

    @Test
    void oddProcessesAreFindings() {
        CapturedTree tree = CapturedTree.empty(temp)
                .directory("/proc/1/fd")
                .link("/proc/5", "5")
                .fifo("/proc/6")
                .attribute("/proc/7/fd", "")
                .attribute("/proc/8/comm", "\u001b[2J\n")
                .link("/proc/8/fd/1", "/dev/vfio/1");

        OpenFiles open = scan(tree.root());

        assertThat(open.complete()).isFalse();
        assertThat(open.of("/dev/vfio/1")).containsExactly(new OpenFiles.Holder(8, "?"));
    }

    @Test
    void thisMachineIsScannedInTime() {
        OpenFiles open = scan(Root.ofThisMachine());

        assertThat(open.of("/dev/null")).isEmpty();
    }
}
