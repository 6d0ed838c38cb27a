/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.linux.sysfs.MigrationDebugfs.Feature.DIRTY_TRACKING;
import static org.vfio4j.linux.sysfs.MigrationDebugfs.Feature.P2P;
import static org.vfio4j.linux.sysfs.MigrationDebugfs.Feature.PRE_COPY;
import static org.vfio4j.linux.sysfs.MigrationDebugfs.Feature.STOP_COPY;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationDebugfsTest {
    private static final String UUID = "1f0f2d6a-0000-4000-8000-000000000007";
    private static final String AT = "/sys/kernel/debug/vfio/" + UUID + "/migration/";

    @TempDir
    Path temp;

    @Test
    void featuresAndStateAreRead() {
        CapturedTree tree = CapturedTree.empty(temp)
                .attribute(AT + "features", "stop-copy\np2p\npre-copy\ndirty-tracking\n")
                .attribute(AT + "state", "RUNNING\n");

        MigrationDebugfs migration = MigrationDebugfs.read(tree.root(), UUID);

        assertThat(migration.features().value())
                .contains(new MigrationDebugfs.Features(Set.of(STOP_COPY, P2P, PRE_COPY, DIRTY_TRACKING), List.of()));
        assertThat(migration.state().value()).contains("RUNNING");
    }

    @Test
    void aKernelBefore618HasOnlyTheState() {
        CapturedTree tree = CapturedTree.empty(temp).attribute(AT + "state", "STOP_COPY\n");

        MigrationDebugfs migration = MigrationDebugfs.read(tree.root(), UUID);

        assertThat(migration.features().isMissing()).isTrue();
        assertThat(migration.state().value()).contains("STOP_COPY");
    }

    @Test
    void linesOfALaterKernelAreKeptAndBlankOnesAreNot() {
        MigrationDebugfs.Features features =
                MigrationDebugfs.Features.parse("stop-copy\n\n  p2p \nSTOP-COPY\nmulti-ifo\u00e9\nstop-copy");

        assertThat(features.known()).containsExactlyInAnyOrder(STOP_COPY, P2P);
        assertThat(features.unknown()).containsExactly("STOP-COPY", "multi-ifo\\u00e9");
    }

    @Test
    void aMachineWithoutTheDirectoryOffersNothing() {
        for (String device : List.of(UUID, "..", "", "a/b", "\n")) {
            MigrationDebugfs migration = MigrationDebugfs.read(Root.at(temp), device);
            assertThat(migration.features().isMissing()).isTrue();
            assertThat(migration.state().isMissing()).isTrue();
        }
    }

    @Test
    void withoutRootDebugfsSaysNoPermission() throws Exception {
        CapturedTree tree = CapturedTree.empty(temp).attribute(AT + "features", "p2p\n");
        Unprivileged.open(temp);
        Unprivileged.close(tree.path("/sys/kernel/debug"));

        MigrationDebugfs migration = Unprivileged.read(() -> MigrationDebugfs.read(tree.root(), UUID));
        Unprivileged.open(temp);

        assertThat(migration.features().hasProblem(TreeProblem.NO_PERMISSION)).isTrue();
        assertThat(migration.state().hasProblem(TreeProblem.NO_PERMISSION)).isTrue();
    }
}
