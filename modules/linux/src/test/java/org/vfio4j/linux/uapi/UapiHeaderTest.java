/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds every structure, constant and ioctl number of this package against installed kernel headers: this machine's, and those in the
 * folders that the system property or environment variable VFIO4J_KERNEL_HEADERS names, separated by colons.
 *
 * <p>Headers may be too old for an item only as far as {@code since.txt} says so; what they do not know is printed and written to
 * {@code target/uapi-unknown.txt}.
 */
class UapiHeaderTest {
    private static final Path MACHINE = Path.of("/usr/include");
    private static final Path UNKNOWN = Path.of("target", "uapi-unknown.txt");

    @TempDir
    Path folder;

    @BeforeAll
    static void startAnew() throws IOException {
        Files.createDirectories(UNKNOWN.toAbsolutePath().getParent());
        Files.deleteIfExists(UNKNOWN);
    }

    static Stream<Path> headers() {
        String more = System.getProperty("VFIO4J_KERNEL_HEADERS", System.getenv("VFIO4J_KERNEL_HEADERS"));
        return Stream.concat(
                Stream.of(MACHINE),
                Stream.of(more == null ? new String[0] : more.split(":", -1))
                        .filter(folder -> !folder.isBlank())
                        .map(Path::of));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void agreesWithTheHeadersOf(Path headers) throws IOException, InterruptedException {
        assumeTrue(hasGcc(), "needs gcc");
        assumeTrue(
                !headers.equals(MACHINE) || Files.exists(headers.resolve("linux/vfio.h")),
                "needs the kernel's headers (linux-libc-dev)");
        List<UapiItem> items = UapiItem.all();

        HeaderProbe.Answers answers = new HeaderProbe(headers, folder).ask(items);

        report(answers, items);
        assertThat(differences(answers, items)).isEmpty();
        assertThat(answers.answers()).hasSize(items.size() - answers.unknown().size());
        if (answers.atLeast(6, 1)) {
            assertThat(names(answers.unknown(), items)).isSubsetOf(allowedToBeUnknownTo(answers, items));
        }
    }

    @Test
    void declaresEveryNameOnce() {
        assertThat(UapiItem.all()).extracting(UapiItem::name).doesNotHaveDuplicates();
    }

    @Test
    void everyNameInTheListOfChangesIsDeclared() throws IOException {
        List<String> listed = changes().stream().map(Change::name).toList();

        assertThat(UapiItem.all()).extracting(UapiItem::name).containsAll(listed);
    }

    private static List<String> differences(HeaderProbe.Answers answers, List<UapiItem> items) {
        Set<String> unknown = new HashSet<>(names(answers.unknown(), items));
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            String header = answers.answers().get(i);
            String declared = declared(items.get(i), unknown);
            if (header != null && !header.equals(declared)) {
                differences.add(items.get(i).name() + ": declared " + declared + ", the header has " + header);
            }
        }
        return differences;
    }

    private static String declared(UapiItem item, Set<String> unknown) {
        return switch (item) {
            case UapiItem.Constant c -> Long.toString(c.value());
            case UapiItem.Text t -> t.value();
            case UapiItem.Size s -> Long.toString(sizeWithout(unknown, s.struct()));
            case UapiItem.Member m -> m.field().offset() + " " + m.field().size();
        };
    }

    /** The size that a structure had when the fields of its end were not there yet. */
    private static long sizeWithout(Set<String> unknown, Struct struct) {
        long end = 0;
        long alignment = 1;
        for (Struct.Field field : struct.fields()) {
            if (!unknown.contains(struct.name() + "." + field.name())) {
                end = Math.max(end, field.offset() + field.size());
                alignment = Math.max(alignment, field.alignment());
            }
        }
        return (end + alignment - 1) / alignment * alignment;
    }

    private static void report(HeaderProbe.Answers answers, List<UapiItem> items) throws IOException {
        String text = "%d items compared; not known to these headers (LINUX_VERSION %s): %s%n"
                .formatted(
                        answers.answers().size(),
                        answers.versionText(),
                        answers.unknown().isEmpty() ? "none" : String.join(" ", names(answers.unknown(), items)));
        System.out.print(text);
        Files.writeString(UNKNOWN, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static List<String> names(Set<Integer> indexes, List<UapiItem> items) {
        return indexes.stream().map(items::get).map(UapiItem::name).toList();
    }

    private static Set<String> allowedToBeUnknownTo(HeaderProbe.Answers answers, List<UapiItem> items)
            throws IOException {
        Set<String> listed = new HashSet<>();
        for (Change change : changes()) {
            if (change.isThere() != answers.atLeast(change.major(), change.minor())) {
                listed.add(change.name());
            }
        }
        Set<String> allowed = new HashSet<>(listed);
        for (UapiItem item : items) {
            if (item instanceof UapiItem.Member member && listed.contains(new UapiItem.Size(member.struct()).name())) {
                allowed.add(member.name());
            }
        }
        return allowed;
    }

    /** From that version on an item is there, or no longer. */
    private record Change(int major, int minor, boolean isThere, String name) {}

    private static List<Change> changes() throws IOException {
        List<Change> changes = new ArrayList<>();
        try (InputStream in = Objects.requireNonNull(UapiHeaderTest.class.getResourceAsStream("since.txt"))) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList()) {
                String[] words = line.split(" ", 3);
                String[] version = words[0].split("\\.", -1);
                changes.add(new Change(
                        Integer.parseInt(version[0]), Integer.parseInt(version[1]), words[1].equals("+"), words[2]));
            }
        }
        return changes;
    }

    private static boolean hasGcc() throws InterruptedException {
        try {
            return new ProcessBuilder("gcc", "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
