/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.OpenContext;
import org.vfio4j.vfio.mdev.MdevType;

/**
 * A driver with a manager that must find the virtual machine's UUID on the command line of the process that opens the device, as NVIDIA's vGPU
 * manager looks for QEMU's {@code -uuid}. Its mended form is {@link NeedsManagerMendedDriver}.
 */
public final class NeedsManagerDriver extends VmDisplays {
    /** The most of a command line that the manager reads, in bytes. */
    private static final int MAX_COMMAND_LINE = 1 << 16;

    /** {@code -uuid}, then the UUID: an argument of its own, or behind an equals sign. */
    private static final Pattern VM =
            Pattern.compile("(^|\0)--?uuid[=\0]\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}(\0|$)");

    private final Path proc;

    /** Looks in {@code /proc}. */
    public NeedsManagerDriver() {
        this(Path.of("/proc"));
    }

    /** Looks in this folder. */
    NeedsManagerDriver(Path proc) {
        super("needs-manager", "virtual display, opens with a manager only");
        this.proc = proc;
    }

    /** ESRCH if there is no such process, EINVAL if it has no UUID on its command line. */
    @Override
    public void open(UUID uuid, MdevType type, OpenContext context) {
        long pid = context.user().pid();
        Matcher matcher = VM.matcher(commandLine(pid));
        if (!matcher.find()) {
            throw new VfioException(
                    Errno.EINVAL, "the manager finds no UUID of a VM on the command line of process " + pid);
        }
    }

    private String commandLine(long pid) {
        Path file = proc.resolve(Long.toString(pid)).resolve("cmdline");
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_COMMAND_LINE), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new VfioException(Errno.ESRCH, "the manager finds no process " + pid);
        } catch (IOException e) {
            throw new VfioException(Errno.EACCES, "the manager cannot read the command line of process " + pid);
        }
    }
}
