/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import java.util.UUID;
import java.util.regex.Pattern;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/** UUIDs as the kernel takes them: guid_parse of lib/uuid.c wants exactly 36 characters, where {@link UUID#fromString} takes fewer. */
public final class Uuids {
    /** {@code UUID_STRING_LEN} of linux/uuid.h. */
    public static final int LENGTH = 36;

    private static final Pattern FORM = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private Uuids() {}

    /**
     * The UUID.
     *
     * @throws VfioException EINVAL if the text is not one
     */
    public static UUID parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new VfioException(Errno.EINVAL, "not a UUID of 36 characters");
        }
        return UUID.fromString(text);
    }
}
