/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A running {@code vfio serve --sysfs}, and the other commands beside it: each a process of its own, as a user has them. */
final class Serving implements AutoCloseable {
    private static final long ENDS_WITHIN_SECONDS = 60;

    private static final String LAUNCH = """
            set -eu
            dist=$1 java=$2
            shift 2
            . "$0"
            vfio_jvm "$dist" "$@"
            exec "$java" "${jvm[@]}" --illegal-native-access=deny "${modules[@]}" --module org.vfio4j.cli/org.vfio4j.cli.Main "$@"
            """;

    private final Path folder;
    private final Process process;
    private final List<String> said;

    private Serving(Path folder, Process process, List<String> said) {
        this.folder = folder;
        this.process = process;
        this.said = List.copyOf(said);
    }

    /** What a program left. */
    record Result(int exitCode, String out, String err) {}

    /** Starts one whose run folder, definitions and mounted tree are below {@code folder}; skips the test where nobody may mount. */
    static Serving in(Path folder, String... more) throws IOException {
        assumeTrue((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "mounts: needs root");
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "mounts: needs /dev/fuse");
        Process process = builder(folder, serve(folder, more))
                .redirectError(errors(folder).toFile())
                .start();
        List<String> said = new ArrayList<>();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.add(line);
            if (line.startsWith("Ready.")) {
                return new Serving(folder, process, said);
            }
        }
        throw new AssertionError("vfio serve has ended: " + said + Files.readString(errors(folder)));
    }

    /** The command line after {@code vfio}. */
    static List<String> serve(Path folder, String... more) {
        List<String> line = new ArrayList<>(List.of(
                "serve",
                "--sysfs",
                folder.resolve("sys").toString(),
                "--run-dir",
                folder.resolve("run").toString(),
                "--state-dir",
                folder.resolve("state").toString()));
        line.addAll(List.of(more));
        return line;
    }

    /** Runs {@code vfio} where the host in {@code folder} is the running one. */
    static Result vfio(Path folder, List<String> arguments) throws IOException, InterruptedException {
        return result(folder, builder(folder, arguments));
    }

    /** Starts {@code vfio}, whose standard output is to be read. */
    Process starting(List<String> arguments, Path err) throws IOException {
        return builder(folder, arguments)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectError(err.toFile())
                .start();
    }

    /** Its run folder. */
    Path runFolder() {
        return folder.resolve("run");
    }

    /** The vfio-user socket of a device. */
    Path socket(String device) {
        return runFolder().resolve("devices/" + device + ".sock");
    }

    Result vfio(String... arguments) throws IOException, InterruptedException {
        return vfio(folder, List.of(arguments));
    }

    /** Runs a command that takes this host's tree for its sysfs. */
    Result run(List<String> command) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("run", "--"));
        arguments.addAll(command);
        return vfio(folder, arguments);
    }

    /** One device of each type, as the VM with the kernel's samples has them, made as a shell makes them. */
    void makeSamples() throws IOException {
        for (Sample sample : Sample.ALL) {
            Files.writeString(
                    sys().resolve("class/mdev_bus")
                            .resolve(sample.driver())
                            .resolve("mdev_supported_types")
                            .resolve(sample.type())
                            .resolve("create"),
                    sample.uuid());
        }
    }

    /** Whether the host has a mediated device of this name. */
    boolean has(String uuid) {
        return Files.exists(sys().resolve("bus/mdev/devices").resolve(uuid));
    }

    /** The mounted tree. */
    Path sys() {
        return folder.resolve("sys");
    }

    /** What programs see as {@code /etc/mdevctl.d}. */
    Path definitions() {
        return folder.resolve("state/mdevctl.d");
    }

    /** Where its web console is. */
    String console() {
        return said.stream()
                .map(String::strip)
                .filter(line -> line.startsWith("console "))
                .map(line -> line.substring("console ".length()).strip().replaceAll("/$", ""))
                .findFirst()
                .orElseThrow();
    }

    /** What it has said on stderr. */
    String errors() throws IOException {
        return Files.readString(errors(folder));
    }

    long pid() {
        return process.pid();
    }

    /** Sends it a signal, such as {@code INT}, and waits; its exit code. */
    int end(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                .start()
                .waitFor();
        assertThat(process.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS))
                .as("vfio serve ends on " + signal)
                .isTrue();
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            process.destroy();
            int code = process.onExit()
                    .orTimeout(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .join()
                    .exitValue();
            assertThat(code).as(Files.readString(errors(folder))).isZero();
        }
    }

    /** Waits for a program and collects what it printed. */
    static Result result(Path folder, ProcessBuilder program) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "program", ".out");
        Path err = Files.createTempFile(folder, "program", ".err");
        int code = program.redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Result(code, Files.readString(out), Files.readString(err));
    }

    /** A program of the folder testbed. */
    static String peer(String name) {
        return Path.of("..", "testbed", name).toAbsolutePath().normalize().toString();
    }

    /** The built command, whose running host is that in {@code folder}. */
    static ProcessBuilder builder(Path folder, List<String> arguments) {
        ProcessBuilder builder = command(List.of(), arguments);
        builder.environment().put("VFIO4J_RUN_DIR", folder.resolve("run").toString());
        return builder;
    }

    /**
     * The built command as the launcher starts it, except that here native access is denied to all but those it is granted to.
     *
     * @param modules folders of others' drivers
     */
    static ProcessBuilder command(List<Path> modules, List<String> arguments) {
        Path dist = Path.of("../modules/cli/target/dist").toAbsolutePath().normalize();
        assertThat(dist.resolve("lib"))
                .as("the built command: mvn package -pl modules/cli -am")
                .isDirectory();
        List<String> command = new ArrayList<>(List.of(
                "bash",
                "-c",
                LAUNCH,
                Path.of("../tools/launch.sh").toAbsolutePath().toString(),
                dist.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .put(
                        "VFIO4J_MODULE_PATH",
                        modules.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().remove("RUST_BACKTRACE");
        return builder;
    }

    private static Path errors(Path folder) {
        return folder.resolve("serve.err");
    }
}
