/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class MountNamespaceTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private Path definitions = Path.of("");

    @SuppressWarnings("NullAway.Init") // mount() sets it before every test
    private SysfsMount mount;

    @BeforeEach
    void mount() throws IOException {
        Mounting.needsRoot();
        definitions = Files.createDirectory(folder.resolve("definitions of ours"));
        Files.writeString(definitions.resolve("defined"), "here\n");
        mount = SysfsMount.mount(
                new Tree().text("name", "our tree\n").put("devices", new Tree()), folder.resolve("it's \"sys\" $here"));
    }

    @AfterEach
    void unmount() {
        mount.close();
    }

    private record Result(int code, String output) {}

    private Result run(String... command) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder().redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("LC_ALL", "C");
        int code = MountNamespace.run(builder, mount.path(), definitions, List.of(command));
        return new Result(code, Files.readString(output));
    }

    @Test
    void theCommandsSysIsTheTree() throws Exception {
        assertThat(run("cat", "/sys/name").output()).isEqualTo("our tree\n");
        assertThat(Path.of("/sys/name")).doesNotExist();
    }

    @Test
    void itsDefinitionsAreTheHosts() throws Exception {
        assertThat(run("sh", "-c", "cat /etc/mdevctl.d/defined; echo new > /etc/mdevctl.d/other")
                        .output())
                .isEqualTo("here\n");
        assertThat(definitions.resolve("other")).hasContent("new\n");
        assertThat(Path.of("/etc/mdevctl.d/other")).doesNotExist();
    }

    @Test
    void whatIsTheMachinesStays() throws Exception {
        assertThat(run("ls", "/sys/devices/system").output()).contains("cpu\n");
        assertThat(run("nproc").output().strip())
                .isEqualTo(Mounting.run("nproc").output().strip());
        assertThat(run("cat", "/sys/devices/system/cpu/online").output())
                .isEqualTo(Files.readString(Path.of("/sys/devices/system/cpu/online")));
    }

    @Test
    void argumentsAreNotForTheShell() throws Exception {
        assertThat(run("printf", "<%s>", "a b", "$(id)", "`id`", "'", "\"", "*", "; exit 3", "", "\\")
                        .output())
                .isEqualTo("<a b><$(id)><`id`><'><\"><*><; exit 3><><\\>");
    }

    @ParameterizedTest
    @CsvSource({"exit 0, 0", "exit 7, 7", "exit 255, 255", "kill -KILL $$, 137"})
    void theExitCodeIsTheCommands(String command, int code) throws Exception {
        assertThat(run("sh", "-c", command).code()).isEqualTo(code);
    }

    @Test
    void aCommandThatIsNotThereIs127() throws Exception {
        assertThat(run("no-such-command-here"))
                .isEqualTo(new Result(127, "vfio: there is no command no-such-command-here\n"));
        assertThat(run("/etc").code()).isEqualTo(126);
    }

    @Test
    void aTreeThatIsNotThereIsNoCommandsFault() {
        assertThatExceptionOfType(MountException.class)
                .isThrownBy(() -> MountNamespace.run(
                        new ProcessBuilder().redirectError(ProcessBuilder.Redirect.DISCARD),
                        folder.resolve("gone"),
                        definitions,
                        List.of("true")))
                .withMessageContaining("namespace");
        assertThatIllegalArgumentException().isThrownBy(() -> MountNamespace.run(mount.path(), definitions, List.of()));
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        List<Path> before = temporary();
        List<MountTable.Mount> mounts = where();

        run("true");

        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!before.containsAll(temporary()) && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos()); // what others on this machine have there goes
        }
        assertThat(before).containsAll(temporary());
        assertThat(where()).isEqualTo(mounts);
    }

    /** What is mounted where a command's sysfs is put together; what others on this machine mount meanwhile is not there. */
    private static List<MountTable.Mount> where() {
        return MountTable.read().mounts().stream()
                .filter(it -> it.at().startsWith("/sys") || it.at().toString().contains("/vfio-run"))
                .toList();
    }

    private static List<Path> temporary() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(it -> String.valueOf(it.getFileName()).startsWith("vfio-run"))
                    .toList();
        }
    }

    @Test
    void whoeverIsNotRootGetsAUserNamespace() {
        List<String> root = MountNamespace.commandLine(true, folder, folder, folder, List.of("a", "b"));
        List<String> other = MountNamespace.commandLine(false, folder, folder, folder, List.of("a", "b"));

        assertThat(root)
                .startsWith("unshare", "--mount", "--propagation", "private", "--")
                .endsWith("a", "b");
        assertThat(other).contains("--map-root-user").endsWith("a", "b");
    }
}
