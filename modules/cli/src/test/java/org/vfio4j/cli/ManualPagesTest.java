/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.cli.common.Command;
import picocli.CommandLine.Model.OptionSpec;

class ManualPagesTest {
    @TempDir
    private Path folder;

    @Test
    void everyCommandHasAPageThatNamesEveryOptionOfItsHelp() throws IOException {
        ManualPages.write(folder, AllCommands.inOrder());

        String overview = Files.readString(folder.resolve("vfio.1"));
        for (Command command : AllCommands.inOrder()) {
            String page = Files.readString(folder.resolve("vfio-" + command.name() + ".1"));
            assertThat(overview).contains("vfio-" + command.name().replace("-", "\\-") + "\\fR(1)");
            for (OptionSpec option : command.describe().options()) {
                assertThat(page).contains(option.longestName().replace("-", "\\-"));
            }
            assertThat(page).contains(".SH EXAMPLES", ".SH EXIT STATUS").doesNotContain("%n");
        }
    }

    @Test
    void aDescriptionKeepsItsParagraphsAndAGroupItsCommands() throws IOException {
        ManualPages.write(folder, AllCommands.inOrder());

        assertThat(Files.readString(folder.resolve("vfio-state.1"))).contains("takes.\n.PP\nThe file");
        assertThat(Files.readString(folder.resolve("vfio-fleet.1")))
                .contains(".SH COMMANDS", "vfio\\-fleet\\-where\\fR(1)");
        assertThat(Files.readString(folder.resolve("vfio-fleet-where.1"))).contains("vfio\\-fleet\\fR(1)");
    }

    @Test
    void nothingInATextIsTakenForACommandOfRoff() throws IOException {
        ManualPages.write(folder, AllCommands.inOrder());

        try (var pages = Files.list(folder)) {
            for (Path page : pages.toList()) {
                assertThat(Files.readAllLines(page))
                        .filteredOn(l -> l.startsWith("'") || l.startsWith("."))
                        .allMatch(l -> l.matches("\\.(TH|SH|PP|TP|nf|fi|br)( .*)?"));
            }
        }
    }
}
