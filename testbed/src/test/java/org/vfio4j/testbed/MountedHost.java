/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.vfio4j.fuse.MountNamespace;
import org.vfio4j.fuse.SysfsMount;
import org.vfio4j.linux.UdevEvents;
import org.vfio4j.vfio.bus.BusDrivers;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.tree.HostTree;
import org.vfio4j.vfio.tree.Uevent;

/** A user-space host with the sample drivers whose tree is mounted, and programs that take it for their sysfs. */
final class MountedHost implements AutoCloseable {
    private final Path folder;
    private final VfioCore core = new VfioCore();
    private final MdevCore mdev;
    private final UdevEvents udev = UdevEvents.open(InstantSource.system());
    private final VfioCore.Subscription subscription;
    private final SysfsMount mount;

    private MountedHost(Path folder) throws IOException {
        this.folder = folder;
        this.mdev = new MdevCore(core, MdevCore.installed());
        Files.createDirectories(definitions());
        HostTree tree = new HostTree(mdev, new BusDrivers(core));
        this.subscription = tree.listen(this::tell);
        this.mount = SysfsMount.mount(tree.root(), folder.resolve("sys"));
    }

    /** With the sample drivers. Skips the test where nobody may mount. */
    static MountedHost in(Path folder) throws IOException {
        assumeTrue((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "mounts: needs root");
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "mounts: needs /dev/fuse");
        return new MountedHost(folder);
    }

    private void tell(Uevent event) {
        udev.send(event.action(), event.devpath(), event.subsystem(), event.properties());
    }

    MdevCore mdev() {
        return mdev;
    }

    Path sys() {
        return mount.path();
    }

    /** What programs see as {@code /etc/mdevctl.d}. */
    Path definitions() {
        return folder.resolve("mdevctl.d");
    }

    /** One device of each type, as the VM with the kernel's samples has them. */
    void makeSamples() {
        for (Sample sample : Sample.ALL) {
            mdev.create(sample.driver(), sample.type(), sample.uuid());
        }
    }

    /** What a program left. */
    record Result(int exitCode, String out, String err) {}

    Result run(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "program", ".out");
        Path err = Files.createTempFile(folder, "program", ".err");
        ProcessBuilder builder = new ProcessBuilder()
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().remove("RUST_BACKTRACE");
        int code = MountNamespace.run(builder, sys(), definitions(), command);
        return new Result(code, Files.readString(out), Files.readString(err));
    }

    /** A program of the folder testbed. */
    static String peer(String name) {
        return Path.of("..")
                .toAbsolutePath()
                .normalize()
                .resolve("testbed")
                .resolve(name)
                .toString();
    }

    @Override
    public void close() {
        mount.close();
        subscription.close();
        udev.close();
        core.close();
    }
}
