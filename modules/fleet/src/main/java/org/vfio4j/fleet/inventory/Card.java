/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;

/**
 * A parent whose types share what it has, as far as can be told from outside. {@code available_instances} says what is left of each type; how the
 * others shrink when one is made is the driver's secret. Where every type tells its size, as NVIDIA's, Intel's and mbochs' do, it is computed:
 * the card has at least what its types together show, and what is taken is gone for all. Else only the type itself shrinks.
 *
 * @param parent with what is left of each type
 * @param isMixed whether devices of several types are on it now, so that it takes such
 */
public record Card(MdevParent parent, boolean isMixed) {
    private static final int MAX_DIGITS = 9;

    /**
     * Drivers that put one type on a card at a time, unless they are told otherwise: NVIDIA Virtual GPU Software User Guide, "mixed-size vGPUs".
     * Before the first is made a card offers all types.
     */
    private static final Set<String> ONE_TYPE = Set.of("nvidia", "nvidia-vgpu-vfio", "nvidia_vgpu_vfio");

    /** A parent of a host with these devices. */
    public static Card of(MdevParent parent, List<HostDevice> devices) {
        String first = null;
        for (int i = 0; i < devices.size(); i++) {
            HostDevice device = devices.get(i);
            if (device.typeOrNull() != null && parent.name().equals(device.parentOrNull())) {
                if (first != null && !first.equals(device.typeOrNull())) {
                    return new Card(parent, true);
                }
                first = device.typeOrNull();
            }
        }
        return new Card(parent, false);
    }

    /**
     * How large a type is, in its driver's unit; empty where it does not say: {@code framebuffer=512M} of NVIDIA, {@code high_gm_size: 512MB} of Intel,
     * {@code 4 MB video memory} of mbochs.
     */
    public static OptionalLong size(MdevParent.Type type) {
        String text = type.descriptionOrNull();
        if (text == null) {
            return OptionalLong.empty();
        }
        int at = after(text, "framebuffer=");
        at = at < 0 ? after(text, "high_gm_size: ") : at;
        if (at < 0) {
            at = text.indexOf(" MB video memory");
            while (at > 0 && isDigit(text.charAt(at - 1))) {
                at--;
            }
        }
        return at < 0 ? OptionalLong.empty() : number(text, at);
    }

    private static int after(String text, String word) {
        int at = text.indexOf(word);
        return at < 0 ? at : at + word.length();
    }

    private static OptionalLong number(String text, int at) {
        long number = 0;
        int end = at;
        while (end < text.length() && isDigit(text.charAt(end))) {
            number = 10 * number + text.charAt(end) - '0';
            end++;
            if (end - at > MAX_DIGITS) {
                return OptionalLong.empty();
            }
        }
        return end == at ? OptionalLong.empty() : OptionalLong.of(number);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** How many more of a type there can be; empty where the parent has no such type or does not say. */
    public Optional<Integer> left(String type) {
        return parent.type(type).flatMap(MdevParent.Type::available);
    }

    /** The same card with one more of the type on it, and at least nothing left. */
    public Card take(String type) {
        Optional<MdevParent.Type> taken = parent.type(type);
        if (taken.isEmpty()) {
            return this;
        }
        boolean onlyThis = parent.driverOrNull() != null && ONE_TYPE.contains(parent.driverOrNull()) && !isMixed;
        OptionalLong free = free();
        long rest = free.isPresent() ? free.getAsLong() - size(taken.get()).orElse(0) : Long.MAX_VALUE;
        List<MdevParent.Type> types = new ArrayList<>(parent.types().size());
        for (MdevParent.Type other : parent.types()) {
            types.add(with(other, other.id().equals(type), onlyThis, rest));
        }
        return new Card(
                new MdevParent(parent.name(), parent.driverOrNull(), parent.driverVersionOrNull(), types), isMixed);
    }

    /** What the card has at least: the most that any one of its types could use. Empty where a type does not say its size. */
    private OptionalLong free() {
        long most = 0;
        for (MdevParent.Type type : parent.types()) {
            OptionalLong size = size(type);
            if (size.isEmpty() || type.availableOrNull() == null) {
                return OptionalLong.empty();
            }
            most = Math.max(most, size.getAsLong() * type.availableOrNull());
        }
        return OptionalLong.of(most);
    }

    private static MdevParent.Type with(MdevParent.Type type, boolean isTaken, boolean onlyThis, long rest) {
        Integer available = type.availableOrNull();
        if (available == null) {
            return type;
        }
        int left = available;
        if (isTaken) {
            left--;
        } else if (onlyThis) {
            left = 0;
        }
        OptionalLong size = size(type);
        if (rest != Long.MAX_VALUE && size.isPresent() && size.getAsLong() > 0) {
            left = (int) Math.min(left, Math.max(0, rest) / size.getAsLong());
        }
        left = Math.max(0, left);
        return left == available
                ? type
                : new MdevParent.Type(
                        type.id(),
                        type.nameOrNull(),
                        type.descriptionOrNull(),
                        left,
                        type.deviceApiOrNull(),
                        type.migrationVersionOrNull(),
                        type.migrationAccepts());
    }
}
