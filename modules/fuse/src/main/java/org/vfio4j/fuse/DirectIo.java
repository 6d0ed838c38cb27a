/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import org.cryptomator.jfuse.api.FuseConfig;

/**
 * Tells libfuse that reads are not to be cached. An attribute says it has 4096 bytes and has fewer; through the page cache, two who read one
 * at the same moment can see it filled up with zeros, and what is read again from an open file can be stale.
 *
 * <p>libfuse 3 takes this from its {@code struct fuse_config} only, and jfuse 0.7.3 does not let it be set there; it is reached by
 * reflection, which needs {@code --add-opens org.cryptomator.jfuse.linux.amd64/org.cryptomator.jfuse.linux.amd64=org.vfio4j.fuse}.
 * Without, the mount works with the page cache.
 */
final class DirectIo {
    private static final System.Logger LOG = System.getLogger(DirectIo.class.getName());

    /** {@code offsetof(struct fuse_config, direct_io)} in {@code fuse.h}: six ints, three doubles, six ints before it. */
    private static final long OFFSET = 72;

    private DirectIo() {}

    /** True if reads now bypass the cache. */
    static boolean set(FuseConfig config) {
        try {
            Method segment = config.getClass().getDeclaredMethod("segment");
            segment.setAccessible(true);
            MemorySegment struct = (MemorySegment) segment.invoke(config);
            int before = struct.get(ValueLayout.JAVA_INT, OFFSET);
            struct.set(ValueLayout.JAVA_INT, OFFSET, 1);
            if (config.directIo() == 1) {
                return true;
            }
            struct.set(ValueLayout.JAVA_INT, OFFSET, before);
            LOG.log(
                    System.Logger.Level.WARNING,
                    "struct fuse_config is not as known: attributes go through the page cache");
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "attributes go through the page cache: " + e.getMessage());
        }
        return false;
    }
}
