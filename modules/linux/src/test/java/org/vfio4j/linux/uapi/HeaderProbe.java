/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a C compiler what a set of kernel headers says of each item. Every item is a function in a line of its own of a file that exists
 * only by {@code #line}, so that the compiler's errors tell which items the headers do not know; without those the program is compiled
 * again, and run.
 */
final class HeaderProbe {
    private static final String ITEMS = "uapi-items";
    private static final Pattern ERROR = Pattern.compile("([^:\\s]+):(\\d+):\\d+: (?:fatal )?error: .*");

    private final Path headers;
    private final Path folder;

    /**
     * Prepares to compile.
     *
     * @param headers a folder with {@code linux/vfio.h} in it
     * @param folder for the program
     */
    HeaderProbe(Path headers, Path folder) {
        this.headers = headers;
        this.folder = folder;
    }

    /**
     * What came out.
     *
     * @param version of the headers: major, patch level, sublevel
     * @param unknown indexes of the items that the headers do not know
     * @param answers by index: one value of a constant, offset and size of a field, a string, the size of a structure
     */
    record Answers(List<Integer> version, Set<Integer> unknown, Map<Integer, String> answers) {
        /** True if the headers are at least of this version. */
        boolean atLeast(int major, int minor) {
            return version.get(0) > major || (version.get(0) == major && version.get(1) >= minor);
        }

        String versionText() {
            return version.get(0) + "." + version.get(1) + "." + version.get(2);
        }
    }

    Answers ask(List<UapiItem> items) throws IOException, InterruptedException {
        Set<Integer> unknown = unknown(items);
        Path program = folder.resolve("uapi");
        Output compiled = run(gcc(source(items, unknown), "-o", program.toString()));
        if (compiled.status() != 0) {
            throw new AssertionError("gcc refuses the known items:\n" + compiled.text());
        }
        List<Integer> version = new ArrayList<>();
        Map<Integer, String> answers = new HashMap<>();
        for (String line : run(List.of(program.toString())).text().lines().toList()) {
            String[] words = line.split(" ", 2);
            if (words[0].equals("version")) {
                for (String part : words[1].split(" ", -1)) {
                    version.add(Integer.valueOf(part));
                }
            } else {
                answers.put(Integer.valueOf(words[0]), words[1]);
            }
        }
        return new Answers(version, unknown, answers);
    }

    private Set<Integer> unknown(List<UapiItem> items) throws IOException, InterruptedException {
        Set<Integer> unknown = new TreeSet<>();
        Output output = run(gcc(source(items, Set.of()), "-fsyntax-only"));
        for (String line : output.text().lines().toList()) {
            Matcher error = ERROR.matcher(line);
            if (!error.matches()) {
                continue;
            }
            if (!error.group(1).equals(ITEMS)) {
                throw new AssertionError("gcc fails elsewhere than in an item:\n" + output.text());
            }
            unknown.add(Integer.parseInt(error.group(2)) - 1);
        }
        return unknown;
    }

    private List<String> gcc(Path source, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("gcc", "-fmax-errors=0", "-fdiagnostics-color=never", "-w"));
        String arch = run(List.of("gcc", "-print-multiarch")).text().strip();
        for (Path include : List.of(headers, headers.resolve(arch))) {
            // gcc ignores the folders that it searches anyway, so /usr/include itself does no harm here
            command.addAll(List.of("-isystem", include.toString()));
        }
        command.addAll(List.of(options));
        command.add(source.toString());
        return command;
    }

    private Path source(List<UapiItem> items, Set<Integer> without) throws IOException {
        StringBuilder c = new StringBuilder("""
                #include <stddef.h>
                #include <stdio.h>
                #include <linux/version.h>
                #include <linux/vfio.h>
                #if __has_include(<linux/iommufd.h>)
                #include <linux/iommufd.h>
                #endif
                """);
        StringBuilder calls = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            if (!without.contains(i)) {
                c.append("#line %d \"%s\"\n".formatted(i + 1, ITEMS));
                c.append("static void item%d(void) { %s }\n".formatted(i, statement(i, items.get(i))));
                calls.append("  item%d();\n".formatted(i));
            }
        }
        c.append("#line 1 \"main\"\nint main(void) {\n");
        c.append("  printf(\"version %d %d %d\\n\", LINUX_VERSION_CODE >> 16, LINUX_VERSION_CODE >> 8 & 255,\n");
        c.append("    LINUX_VERSION_CODE & 255);\n");
        c.append(calls).append("  return 0;\n}\n");
        return Files.writeString(folder.resolve("uapi.c"), c);
    }

    private static String statement(int index, UapiItem item) {
        return switch (item) {
            case UapiItem.Constant c -> "printf(\"%d %%lld\\n\", (long long) (%s));".formatted(index, c.name());
            case UapiItem.Text t -> "printf(\"%d %%s\\n\", %s);".formatted(index, t.name());
            case UapiItem.Size s ->
                "printf(\"%d %%zu\\n\", sizeof(struct %s));"
                        .formatted(index, s.struct().name());
            case UapiItem.Member m
            when m.field().size() == 0 ->
                "printf(\"%d %%zu 0\\n\", offsetof(struct %s, %s));"
                        .formatted(index, m.struct().name(), m.field().name());
            case UapiItem.Member m ->
                "printf(\"%1$d %%zu %%zu\\n\", offsetof(struct %2$s, %3$s), sizeof(((struct %2$s *) 0)->%3$s));"
                        .formatted(index, m.struct().name(), m.field().name());
        };
    }

    private record Output(int status, String text) {}

    private Output run(List<String> command) throws IOException, InterruptedException {
        Path log = folder.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("no end of " + command);
        }
        return new Output(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
    }
}
