/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.ExitCode;
import picocli.CommandLine.Model.OptionSpec;

class HelpTest {
    private static Stream<String> commands() {
        return AllCommands.inOrder().stream().map(Command::name);
    }

    private static Command command(String name) {
        return AllCommands.inOrder().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyOptionOfACommandStandsInItsHelpAndMostInItsSynopsis(String name) {
        String help = Run.on(Tree.SAMPLES, name, "--help").out();
        String synopsis =
                String.join("\n", help.lines().takeWhile(l -> !l.isBlank()).toList());

        for (OptionSpec option : command(name).describe().options()) {
            assertThat(help).contains(option.longestName());
            if (!option.usageHelp()) {
                assertThat(List.of(option.names())).anyMatch(synopsis::contains);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpFitsATerminalOfEightyColumns(String name) {
        assertThat(Run.on(Tree.SAMPLES, name, "--help").out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    }

    @Test
    void theListOfCommandsFitsATerminalOfEightyColumns() {
        assertThat(Run.on(Tree.SAMPLES, "--help").out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpWorksAfterOtherArgumentsAndAsTheShortOption(String name) {
        String help = Run.on(Tree.SAMPLES, name, "--help").out();

        assertThat(Run.on(Tree.SAMPLES, name, "-h")).isEqualTo(new Run(help, "", ExitCode.OK));
        assertThat(Run.on(Tree.SAMPLES, "help", name)).isEqualTo(new Run(help, "", ExitCode.OK));
    }
}
