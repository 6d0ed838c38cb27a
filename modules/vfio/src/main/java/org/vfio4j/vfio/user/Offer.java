/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.MalformedException;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.display.Monitor;

/**
 * What a server tells of its device in the handshake, before a client attaches: the answer to a client that named this library's extension in its
 * own VERSION message.
 *
 * @param features whether the device has them, by their words in {@code vfio probe}; one that is missing is not told of
 * @param migrationFlags the STOP_COPY, P2P and PRE_COPY bits of {@link Feature}; 0 if it does not migrate
 * @param hostDriverVersion of the vendor's driver, where it tells one
 */
public record Offer(Map<String, Boolean> features, long migrationFlags, Optional<String> hostDriverVersion) {
    /** The device can be shown from one of its regions. */
    public static final String DISPLAY_REGION = "display-region";

    /** The device can be shown from a dma-buf. */
    public static final String DISPLAY_DMABUF = "display-dmabuf";

    /** Its display takes an EDID. */
    public static final String EDID = "edid";

    /** It can tell which memory it wrote. */
    public static final String DIRTY_TRACKING = "dirty-tracking";

    /** Its state can be saved and restored. */
    public static final String MIGRATION = "migration";

    /** Nothing is told. */
    public static final Offer NONE = new Offer(Map.of(), 0, Optional.empty());

    private static final String FEATURES = "features";
    private static final String MIGRATION_FLAGS = "migration_flags";
    private static final String HOST_DRIVER_VERSION = "host_driver_version";
    private static final int MAX_FEATURES = 64;

    public Offer {
        features = Map.copyOf(features);
    }

    /** Asks a device that is open; it is not changed. */
    public static Offer of(VfioDevice device) {
        Map<String, Boolean> features = new LinkedHashMap<>();
        long[] flags = {0};
        ask(features, DISPLAY_REGION, () -> device.queryGfxPlane(GfxPlane.PROBE | GfxPlane.REGION));
        ask(features, DISPLAY_DMABUF, () -> device.queryGfxPlane(GfxPlane.PROBE | GfxPlane.DMABUF));
        ask(features, MIGRATION, () -> flags[0] = Feature.migrationFlags(device));
        ask(
                features,
                DIRTY_TRACKING,
                () -> device.feature(Feature.DMA_LOGGING_START | Feature.SET | Feature.PROBE, MemorySegment.NULL));
        features.put(EDID, Monitor.of(device).isPresent());
        return new Offer(features, flags[0], Optional.empty());
    }

    private static void ask(Map<String, Boolean> features, String feature, Runnable question) {
        try {
            question.run();
            features.put(feature, true);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EINVAL || e.errno() == Errno.ENOTTY) {
                features.put(feature, false);
            }
        }
    }

    /** What stands behind the extension's name. */
    String json() {
        StringBuilder json = new StringBuilder("{\"" + FEATURES + "\":{");
        features.keySet().stream()
                .sorted()
                .forEach(feature -> json.append(json.charAt(json.length() - 1) == '{' ? "" : ",")
                        .append(JsonText.quote(feature))
                        .append(':')
                        .append(features.get(feature)));
        json.append("},\"" + MIGRATION_FLAGS + "\":").append(migrationFlags);
        hostDriverVersion.ifPresent(
                version -> json.append(",\"" + HOST_DRIVER_VERSION + "\":").append(JsonText.quote(version)));
        return json.append('}').toString();
    }

    /**
     * Reads what {@link #json} writes.
     *
     * @param value as {@link JsonText} reads it
     */
    static Offer read(Object value) {
        if (!(value instanceof Map<?, ?> named)) {
            throw new MalformedException("the extension's value is no object");
        }
        Map<String, Boolean> features = new LinkedHashMap<>();
        if (named.get(FEATURES) instanceof Map<?, ?> told && told.size() <= MAX_FEATURES) {
            told.forEach((feature, has) -> {
                if (has instanceof Boolean flag) {
                    features.put(String.valueOf(feature), flag);
                }
            });
        }
        return new Offer(
                features,
                named.get(MIGRATION_FLAGS) instanceof Long flags ? flags : 0,
                named.get(HOST_DRIVER_VERSION) instanceof String version ? Optional.of(version) : Optional.empty());
    }
}
