/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.FileStatus;
import org.vfio4j.linux.Mapping;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/**
 * A server's own mappings of what a client could map, for long reads: the kernel takes the bytes from there, and none is copied before. Made when
 * a region is first read so. Only the kernel touches them, which answers EFAULT where a file was cut short.
 */
final class RegionViews implements AutoCloseable {
    /** From so many bytes on a copy costs more than it takes to find the view. */
    static final int LONG = 1 << 14;

    /** A client may ask for a region by any number. */
    private static final int MOST = 64;

    private final Map<Integer, Optional<View>> views = new HashMap<>();

    /** The area of a region that is mapped, and where. */
    record View(RegionCapability.Area area, Mapping mapping) {
        private boolean contains(long offset, int count) {
            return offset >= area.offset() && count <= area.size() && offset - area.offset() <= area.size() - count;
        }
    }

    /**
     * The area of a region that {@code count} bytes at {@code offset} are in, mapped.
     *
     * @return null where the device has to be asked for them
     */
    @Nullable
    View find(VfioDevice device, int region, long offset, int count) {
        Optional<View> known = views.get(region);
        if (known == null) {
            if (views.size() == MOST) {
                return null;
            }
            known = map(device, region);
            views.put(region, known);
        }
        View view = known.orElse(null);
        return view != null && view.contains(offset, count) ? view : null;
    }

    /** A real device's registers are not memory, so only files are mapped. */
    private static Optional<View> map(VfioDevice device, int region) {
        try {
            RegionInfo info = device.regionInfo(region);
            if (info.mappable().size() != 1 || !RegionMessage.canBeMapped(info)) {
                return Optional.empty();
            }
            RegionCapability.Area area = info.mappable().getFirst();
            try (RegionFile file = device.regionFile(region)) {
                return FileStatus.of(file.fd()).isRegular()
                        ? Optional.of(new View(area, file.mapReadOnly(area)))
                        : Optional.empty();
            }
        } catch (ErrnoException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        views.values().forEach(view -> view.ifPresent(made -> made.mapping.close()));
        views.clear();
    }
}
