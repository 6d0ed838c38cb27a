/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.ExitCode;
import picocli.CommandLine.Model.OptionSpec;

class HelpTest {
    /** All of them, those below others too. */
    private static Stream<String> commands() {
        return AllCommands.inOrder().stream()
                .flatMap(c ->
                        Stream.concat(Stream.of(c.name()), c.parts().stream().map(p -> c.name() + " " + p.name())));
    }

    private static Command command(String name) {
        return AllCommands.inOrder().stream()
                .flatMap(c -> Stream.concat(Stream.of(c), c.parts().stream()))
                .filter(c -> c.describe().name().equals("vfio " + name))
                .findFirst()
                .orElseThrow();
    }

    private static Run run(String name, String... more) {
        return Run.on(
                Tree.SAMPLES,
                Stream.concat(Stream.of(name.split(" ", -1)), Stream.of(more)).toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyOptionOfACommandStandsInItsHelpAndMostInItsSynopsis(String name) {
        String help = run(name, "--help").out();
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
        assertThat(run(name, "--help").out().lines())
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
        String help = run(name, "--help").out();

        assertThat(run(name, "-h")).isEqualTo(new Run(help, "", ExitCode.OK));
        assertThat(run("help " + name)).isEqualTo(new Run(help, "", ExitCode.OK));
    }

    @ParameterizedTest
    @ValueSource(strings = {"help", "--help", "-h"})
    void whoAsksForHelpOfHelpGetsTheListOfCommands(String word) {
        assertThat(run("help", word)).isEqualTo(run("--help"));
    }
}
