/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.profile;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * What a mediated device of s390's vfio_ap is given: adapters and usage domains, whose pairs are its queues, and control domains. Not for
 * several threads.
 */
final class ApMatrix {
    /** With the extended addressing that every machine of today has, numbers go from 0 to 255. */
    static final int LAST = 255;

    private static final int HEX = 16;
    private static final int DIGIT_BITS = 4;

    private final BitSet adapters = new BitSet();
    private final BitSet domains = new BitSet();
    private final BitSet controlDomains = new BitSet();

    /** Who decides whether a queue may be a device's. */
    @FunctionalInterface
    interface Pool {
        /**
         * Looks at all queues that the device would have.
         *
         * @throws VfioException EADDRNOTAVAIL for one that is the host's own; EADDRINUSE for one of another device
         */
        void check(ApMatrix wanted);
    }

    /** Gives it an adapter or a domain if the pool has nothing against it; what it has already is passed over. */
    private void assign(BitSet numbers, int number, Pool pool) {
        if (numbers.get(number)) {
            return;
        }
        numbers.set(number);
        try {
            pool.check(this);
        } catch (VfioException e) {
            numbers.clear(number);
            throw e;
        }
    }

    /**
     * Does what a write to an attribute does.
     *
     * @param attribute such as {@code assign_adapter}
     * @param text a number in C's notation: 5, 0x5, 05; for {@code ap_config} three masks
     * @throws VfioException EINVAL for what is no number; ENODEV for one that is too large; what the pool says
     */
    void write(String attribute, String text, Pool pool) {
        if (attribute.equals("ap_config")) {
            replace(text, pool);
            return;
        }
        int number = number(text);
        switch (attribute) {
            case "assign_adapter" -> assign(adapters, number, pool);
            case "assign_domain" -> assign(domains, number, pool);
            case "assign_control_domain" -> controlDomains.set(number);
            case "unassign_adapter" -> adapters.clear(number);
            case "unassign_domain" -> domains.clear(number);
            case "unassign_control_domain" -> controlDomains.clear(number);
            default -> throw new VfioException(Errno.EACCES, "there is no attribute " + attribute + " to write");
        }
    }

    /** All of it at once, or nothing: {@code ap_config_store} of drivers/s390/crypto/vfio_ap_ops.c, since Linux 6.10. */
    private void replace(String text, Pool pool) {
        String[] masks = text.split(",", -1);
        if (masks.length != 3) {
            throw new VfioException(Errno.EINVAL, "three masks are wanted: adapters,domains,control domains");
        }
        List<BitSet> parts = List.of(adapters, domains, controlDomains);
        List<BitSet> before = parts.stream().map(part -> (BitSet) part.clone()).toList();
        List<BitSet> wanted = Stream.of(masks).map(ApMatrix::bits).toList();
        put(parts, wanted);
        try {
            pool.check(this);
        } catch (VfioException e) {
            put(parts, before);
            throw e;
        }
    }

    private static void put(List<BitSet> parts, List<BitSet> values) {
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).clear();
            parts.get(i).or(values.get(i));
        }
    }

    /** The first bit, which is number 0, is the first digit's highest; missing digits are 0. */
    private static BitSet bits(String mask) {
        String digits = mask.startsWith("0x") ? mask.substring(2) : mask;
        if (digits.length() > (LAST + 1) / DIGIT_BITS || !digits.matches("[0-9a-fA-F]*")) {
            throw new VfioException(Errno.EINVAL, "a mask has 64 hexadecimal digits");
        }
        BitSet bits = new BitSet();
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), HEX);
            for (int bit = 0; bit < DIGIT_BITS; bit++) {
                bits.set(i * DIGIT_BITS + bit, (digit & (1 << (DIGIT_BITS - 1 - bit))) != 0);
            }
        }
        return bits;
    }

    /** The {@code ap_config} attribute: the masks of its adapters, domains and control domains. */
    String config() {
        return Stream.of(adapters, domains, controlDomains).map(ApMatrix::mask).collect(Collectors.joining(","));
    }

    private static String mask(BitSet bits) {
        StringBuilder mask = new StringBuilder("0x");
        for (int i = 0; i <= LAST; i += DIGIT_BITS) {
            int digit = 0;
            for (int bit = 0; bit < DIGIT_BITS; bit++) {
                digit = digit << 1 | (bits.get(i + bit) ? 1 : 0);
            }
            mask.append(Character.forDigit(digit, HEX));
        }
        return mask.toString();
    }

    private static int number(String text) {
        try {
            long number = Long.decode(text.strip());
            if (number < 0) {
                throw new VfioException(Errno.EINVAL, "a number cannot be negative");
            }
            if (number > LAST) {
                throw new VfioException(Errno.ENODEV, "numbers go to 0x" + Integer.toHexString(LAST));
            }
            return (int) number;
        } catch (NumberFormatException e) {
            throw new VfioException(Errno.EINVAL, "not a number");
        }
    }

    /** Whether a queue of this is a queue of that. */
    boolean shares(ApMatrix other) {
        return adapters.intersects(other.adapters) && domains.intersects(other.domains);
    }

    /** Its first queue that has neither such an adapter nor such a domain, as CARD.DOMAIN; empty if there is none. */
    Optional<String> firstOutside(Set<Integer> ofAdapters, Set<Integer> ofDomains) {
        OptionalInt card = firstOutside(adapters, ofAdapters);
        OptionalInt domain = firstOutside(domains, ofDomains);
        return card.isPresent() && domain.isPresent()
                ? Optional.of(queue(card.getAsInt(), domain.getAsInt()))
                : Optional.empty();
    }

    private static OptionalInt firstOutside(BitSet numbers, Set<Integer> known) {
        return numbers.stream().filter(number -> !known.contains(number)).findFirst();
    }

    /** The {@code matrix} attribute: its queues; while it has none yet, its adapters or its domains. */
    String queues() {
        List<String> lines = new ArrayList<>();
        if (domains.isEmpty()) {
            adapters.stream().forEach(card -> lines.add(String.format("%02x.", card)));
        } else if (adapters.isEmpty()) {
            domains.stream().forEach(domain -> lines.add(String.format(".%04x", domain)));
        } else {
            adapters.stream().forEach(card -> domains.stream().forEach(domain -> lines.add(queue(card, domain))));
        }
        return String.join("\n", lines);
    }

    /** The {@code control_domains} attribute. */
    String controlDomains() {
        return controlDomains.stream()
                .mapToObj(domain -> String.format("%04x", domain))
                .collect(Collectors.joining("\n"));
    }

    private static String queue(int card, int domain) {
        return String.format("%02x.%04x", card, domain);
    }
}
