/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vfio4j.cli.common.Parts;
import org.vfio4j.cli.common.Progress;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;

class ProgressTest {
    private static final int MANY = 1000;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void onATerminalALineTellsWhatGoesOnAndGoes() {
        try (Progress progress = Progress.of(terminal(true), "Reading the inventory")) {
            assertThat(err.toString()).isEqualTo("\rReading the inventory …");
            progress.clear();
        }

        assertThat(shown()).isBlank();
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void elsewhereNothingIsWritten() {
        try (Progress progress = Progress.of(terminal(false), "Reading the inventory")) {
            progress.tell("half of it");
            progress.things("devices asked", 2).accept(1);
            progress.bytes("saved", 2).accept(1);
        }

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void manyDevicesAreAskedInPartsOnATerminalAndAtOnceElsewhere() {
        List<HostDevice> devices = devices();
        List<Integer> parts = new ArrayList<>();
        List<Integer> whole = new ArrayList<>();

        List<HostDevice> inParts = Parts.of(
                devices,
                part -> {
                    parts.add(part.size());
                    return part;
                },
                terminal(true));
        List<HostDevice> atOnce = Parts.of(
                devices,
                part -> {
                    whole.add(part.size());
                    return part;
                },
                terminal(false));

        assertThat(inParts).isEqualTo(devices).isEqualTo(atOnce);
        assertThat(parts).hasSizeGreaterThan(1);
        assertThat(whole).containsExactly(MANY);
        assertThat(shown()).isBlank();
    }

    @Test
    void aTerminalThatCannotWriteOverALineShowsNone() {
        assertThat(Terminal.showsProgress(true, Map.of("TERM", "xterm"))).isTrue();
        assertThat(Terminal.showsProgress(true, Map.of("TERM", "dumb"))).isFalse();
        assertThat(Terminal.showsProgress(false, Map.of("TERM", "xterm"))).isFalse();
    }

    private static List<HostDevice> devices() {
        try (Host host = UserHost.demo()) {
            return Collections.nCopies(MANY, host.inventory().devices().getFirst());
        }
    }

    private Terminal terminal(boolean progress) {
        return new Terminal(new PrintWriter(out), new PrintWriter(err), false, progress);
    }

    /** What stands in the terminal's last line. */
    private String shown() {
        String written = err.toString();
        return written.substring(written.lastIndexOf('\r') + 1);
    }
}
