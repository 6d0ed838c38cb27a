/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.vfio4j.cli.common.ExitCode;

class CompletionTest {
    /** What the last word could become, on the sample devices' machine. */
    private static List<String> after(String... words) {
        String[] arguments = Stream.concat(
                        Stream.of("complete", String.valueOf(words.length), "vfio"), Stream.of(words))
                .toArray(String[]::new);
        Run run = Run.on(Tree.SAMPLES, arguments);
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isEqualTo(ExitCode.OK);
        return run.out().lines().toList();
    }

    @Test
    void commandsAreCompleted() {
        assertThat(after("unde")).containsExactly("undefine");
        assertThat(after("")).contains("probe", "serve", "help", "--version").doesNotContain("complete");
        assertThat(after("help", "pro")).containsExactly("probe");
    }

    @Test
    void partsOfACommandAreCompleted() {
        assertThat(after("fleet", "w")).containsExactly("what-if", "where");
        assertThat(after("fleet", "where", "--sp")).containsExactly("--spread");
        assertThat(after("fleet", "--h")).containsExactly("--help");
    }

    @Test
    void optionsAreCompletedButNotTwice() {
        assertThat(after("probe", "--h")).containsExactly("--help", "--host");
        assertThat(after("probe", "--host", "demo", "--h")).containsExactly("--help");
    }

    @Test
    void valuesOfOptionsAreCompletedInEachWayOfWritingThem() {
        assertThat(after("list", "-o", "")).containsExactly("json", "table", "yaml");
        assertThat(after("list", "--output=y")).containsExactly("--output=yaml");
        assertThat(after("list", "--output", "=")).containsExactly("json", "table", "yaml");
        assertThat(after("list", "--output", "=", "j")).containsExactly("json");
        assertThat(after("list", "--host", "k")).containsExactly(":files", "kernel");
    }

    @Test
    void devicesParentsAndTypesAreThoseThatAreThere() {
        assertThat(after("probe", "1f0f2d6a-0000-4000-8000-00000000000"))
                .hasSize(8)
                .contains("1f0f2d6a-0000-4000-8000-000000000008");
        assertThat(after("start", "-p", "m")).containsExactly("mbochs", "mdpy", "mtty");
        assertThat(after("start", "-t", "mtty-")).containsExactly("mtty-1", "mtty-2");
    }

    @Test
    void whatCannotBeCompletedIsNot() {
        assertThat(after("frobnicate", "")).isEmpty();
        assertThat(after("probe", "--frobnicate=")).isEmpty();
        assertThat(after("run", "--", "")).containsExactly(":files");
        assertThat(Run.on(Tree.SAMPLES, "complete").code()).isEqualTo(ExitCode.OK);
        assertThat(Run.on(Tree.SAMPLES, "complete", "99999").out()).contains("probe");
        assertThat(Run.on(Tree.SAMPLES, "complete", "-1", "vfio").code()).isEqualTo(ExitCode.USAGE);
    }
}
