/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** libvirt's schema and QEMU driver, and QEMU itself, as {@code testbed/plan-judges} runs them. */
final class PlanJudges {
    private static final Pattern ARCHITECTURE = Pattern.compile("arch='([^']+)'");

    private final Path folder;
    private final Map<String, Path> domains = new LinkedHashMap<>();

    /**
     * @param folder for the domains' files
     */
    PlanJudges(Path folder) {
        this.folder = folder;
    }

    /** What libvirt said of a domain: QEMU's command line, or its error. */
    record Answer(boolean takes, String text) {}

    /** Where they and their libraries are, a Debian root. */
    static Path place() throws IOException, InterruptedException {
        return Path.of(say(List.of("--fetch")).strip());
    }

    /** Puts a domain before the judges; of type qemu, since there may be no KVM here, which only -accel tells. */
    void add(String name, String xml) throws IOException {
        domains.put(
                name,
                Files.writeString(
                        folder.resolve(domains.size() + ".xml"),
                        xml.replaceFirst("<domain type='kvm'", "<domain type='qemu'")));
    }

    /** The names of those that the schema does not take. */
    Set<String> againstTheSchema() throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("schema"));
        domains.values().forEach(file -> arguments.add(file.toString()));
        String said = say(arguments);
        Set<String> refused = new LinkedHashSet<>();
        domains.forEach((name, file) -> {
            if (!said.contains(file + " validates\n")) {
                assertThat(said).contains(file + " fails to validate\n");
                refused.add(name);
            }
        });
        return refused;
    }

    /** What libvirt makes of each, by their names. */
    Map<String, Answer> arguments() throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("arguments"));
        domains.values().forEach(file -> arguments.add(file.toString()));
        Map<String, Answer> byFile = say(arguments)
                .lines()
                .map(line -> line.split("\t", 3))
                .collect(Collectors.toMap(
                        parts -> parts[0], parts -> new Answer(parts[1].equals("0"), parts[2].strip())));
        Map<String, Answer> answers = new LinkedHashMap<>();
        domains.forEach((name, file) -> answers.put(
                name,
                assertThat(byFile.get(file.getFileName().toString()))
                        .as(name)
                        .isNotNull()
                        .actual()));
        return answers;
    }

    /** Starts QEMU without a guest that runs; what it complained of. */
    static String qemu(String architecture, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("qemu", architecture));
        command.addAll(arguments);
        return say(command);
    }

    /** A domain of which nothing is told but its devices. */
    static String domain(String devices, String architecture, String machine) {
        return """
                <domain type='kvm'>
                  <name>judged</name>
                  <memory unit='MiB'>64</memory>
                  <os>
                    <type arch='%s' machine='%s'>hvm</type>
                  </os>
                  <devices>
                %s
                  </devices>
                </domain>
                """.formatted(architecture, machine, devices);
    }

    /** A plan alone has no name, no memory and no operating system: here they are. */
    static String whole(String alone, String architecture, String machine) {
        return alone.replaceFirst(
                "(<domain [^>]*>\n)", "$1" + Matcher.quoteReplacement("""
                          <name>judged</name>
                          <memory unit='MiB'>64</memory>
                          <os>
                            <type arch='%s' machine='%s'>hvm</type>
                          </os>
                        """.formatted(architecture, machine)));
    }

    /** A domain's architecture. */
    static String architecture(String xml) {
        Matcher matcher = ARCHITECTURE.matcher(xml);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static String say(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Serving.peer("plan-judges")));
        command.addAll(arguments);
        Path said = Files.createTempFile("judges", "");
        try {
            int code = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start()
                    .waitFor();
            String text = Files.readString(said, StandardCharsets.UTF_8);
            assertThat(code).as(text).isNotIn(123, 124);
            return text;
        } finally {
            Files.delete(said);
        }
    }
}
