/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.mdev.MdevDevice;

/** The files that a vendor's driver adds to a mediated device: 0444, 0644, or 0200 for what can only be written. */
final class VendorAttributes {
    private final MdevDevice device;
    private final BooleanSupplier alive;

    VendorAttributes(MdevDevice device, BooleanSupplier alive) {
        this.device = device;
        this.alive = alive;
    }

    /** In a directory of their own. */
    Folder folder() {
        return Folder.whileTrue(alive).entries(this::names, this::file).build();
    }

    /** Among the device's other files, which they do not take the place of. */
    void into(Folder.Builder folder) {
        folder.entries(() -> names().stream().filter(name -> !folder.has(name)).toList(), this::file);
    }

    private List<String> names() {
        Set<String> writable = device.writableAttributes();
        Set<String> readable = device.vendorAttributes().keySet();
        if (writable.isEmpty()) {
            return List.copyOf(readable);
        }
        Set<String> all = new TreeSet<>(readable);
        all.addAll(writable);
        return List.copyOf(all);
    }

    private Optional<Node> file(String name) {
        boolean readable = device.vendorAttributes().containsKey(name);
        boolean writable = device.writableAttributes().contains(name);
        if (!readable) {
            return writable
                    ? Optional.of(File.writeOnly(alive, written -> device.writeAttribute(name, text(written))))
                    : Optional.empty();
        }
        return Optional.of(
                writable
                        ? File.lines(alive, () -> current(name), written -> device.writeAttribute(name, text(written)))
                        : File.lines(alive, () -> current(name)));
    }

    private String current(String name) {
        Map<String, String> all = device.vendorAttributes();
        String text = all.get(name);
        if (text == null) {
            throw new VfioException(Errno.ENODEV, "the attribute " + name + " is gone");
        }
        return text;
    }

    /** What was written, without the newline that echo adds; EINVAL for what is no UTF-8. */
    private static String text(byte[] written) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(written))
                    .toString();
            return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        } catch (CharacterCodingException e) {
            throw new VfioException(Errno.EINVAL, "what was written is no text");
        }
    }
}
