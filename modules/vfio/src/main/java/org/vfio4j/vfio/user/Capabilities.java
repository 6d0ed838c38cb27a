/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.MalformedException;

/**
 * What one side of a connection says of itself in its VERSION message; a number it does not name has the specification's default.
 *
 * @param maxMsgFds descriptors it takes in one message
 * @param maxDataXferSize data it takes in one access, in bytes
 * @param writeMultiple whether it knows REGION_WRITE_MULTI
 * @param isDisplay of a client: that it is the device's display, beside the client that has it
 * @param extension what it says under {@link #EXTENSION}: of a client that it knows it, of a server what its device offers
 */
record Capabilities(
        int maxMsgFds, int maxDataXferSize, boolean writeMultiple, boolean isDisplay, Optional<Offer> extension) {
    /** The name of this library's extension. QEMU warns of a name that it does not know, so only who said it is answered it. */
    static final String EXTENSION = "org.vfio4j";

    private static final String ROOT = "capabilities";
    private static final String MAX_MSG_FDS = "max_msg_fds";
    private static final String MAX_DATA_XFER_SIZE = "max_data_xfer_size";
    private static final String WRITE_MULTIPLE = "write_multiple";
    private static final int DEFAULT_FDS = 1;
    private static final String DISPLAY = "display";
    private static final String AS_DISPLAY = "{\"" + DISPLAY + "\":true}";

    /** What a server of ours says to a client that does not know the extension. */
    static final Capabilities PLAIN =
            new Capabilities(Limits.MESSAGE_FDS, Wire.MAX_DATA, true, false, Optional.empty());

    /** The same with the extension. */
    static Capabilities with(Offer offer) {
        return new Capabilities(Limits.MESSAGE_FDS, Wire.MAX_DATA, true, false, Optional.of(offer));
    }

    /** What a client says that is the device's display. */
    static Capabilities display() {
        return new Capabilities(Limits.MESSAGE_FDS, Wire.MAX_DATA, true, true, Optional.of(Offer.NONE));
    }

    /**
     * Reads the JSON of a VERSION message.
     *
     * @throws MalformedException if it is none, or a value makes no sense
     */
    static Capabilities read(String json) {
        Map<?, ?> named =
                json.isEmpty() ? Map.of() : objectOf(JsonText.object(json).get(ROOT));
        Object extension = named.get(EXTENSION);
        return new Capabilities(
                number(named, MAX_MSG_FDS, DEFAULT_FDS),
                number(named, MAX_DATA_XFER_SIZE, Wire.MAX_DATA),
                named.get(WRITE_MULTIPLE) instanceof Boolean flag && flag,
                extension instanceof Map<?, ?> said && Boolean.TRUE.equals(said.get(DISPLAY)),
                extension == null ? Optional.empty() : Optional.of(Offer.read(extension)));
    }

    /** The JSON, without a blank: QEMU takes no answer that is longer than its request. */
    String json() {
        return "{\"" + ROOT + "\":{\"" + MAX_MSG_FDS + "\":" + maxMsgFds + ",\"" + MAX_DATA_XFER_SIZE + "\":"
                + maxDataXferSize + ",\"pgsizes\":4096,\"" + WRITE_MULTIPLE + "\":" + writeMultiple
                + extension
                        .map(offer -> ",\"" + EXTENSION + "\":" + (isDisplay ? AS_DISPLAY : offer.json()))
                        .orElse("") + "}}";
    }

    private static Map<?, ?> objectOf(@Nullable Object value) {
        if (value == null) {
            return Map.of();
        }
        if (value instanceof Map<?, ?> object) {
            return object;
        }
        throw new MalformedException("the version's " + ROOT + " are no object");
    }

    /** A number above what an int holds is as good as the largest int. */
    private static int number(Map<?, ?> named, String name, int missing) {
        Object value = named.get(name);
        if (value == null) {
            return missing;
        }
        if (value instanceof Long number && number >= 0) {
            return (int) Math.min(number, Integer.MAX_VALUE);
        }
        throw new MalformedException("the version's " + name + " is no count");
    }
}
