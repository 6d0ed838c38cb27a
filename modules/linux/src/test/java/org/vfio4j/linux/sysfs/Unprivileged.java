/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Reads as a user whom modes keep out, even where the tests run as root: setfsuid(2) takes the right to override modes from one thread.
 */
final class Unprivileged {
    private static final int NOBODY = 65534;

    private Unprivileged() {}

    /** What {@code read} answers on a thread that has no right but those of others. */
    static <T> T read(Supplier<T> read) throws Exception {
        // As the user of the tests first, so that every class is loaded: nobody may not be able to.
        var _ = read.get();
        FutureTask<T> task = new FutureTask<>(() -> {
            if (setfsuid(NOBODY) == 0 && setfsuid(NOBODY) != NOBODY) {
                throw new IllegalStateException("setfsuid(2) does not work here");
            }
            return read.get();
        });
        Thread.ofPlatform().start(task);
        return task.get();
    }

    /** Lets others reach what is below {@code folder}, which is made for its owner alone. */
    static void open(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.filter(it -> !Files.isSymbolicLink(it)).toList()) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    static void close(Path path) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
    }

    /** Returns the file system uid from before the call, whether or not it changed. */
    @SuppressWarnings("restricted") // tests link setfsuid(2) themselves: nothing shipped needs it
    private static int setfsuid(int uid) throws Exception {
        Linker linker = Linker.nativeLinker();
        MethodHandle setfsuid = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("setfsuid"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            return (int) setfsuid.invokeExact(uid);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
