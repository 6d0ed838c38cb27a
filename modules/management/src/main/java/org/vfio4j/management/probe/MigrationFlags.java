/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.ArrayList;
import java.util.List;
import org.vfio4j.vfio.Feature;

/** The words for the bits of VFIO_DEVICE_FEATURE_MIGRATION, as the kernel's debugfs spells them. */
final class MigrationFlags {
    static final String DIRTY_TRACKING = "dirty-tracking";

    private MigrationFlags() {}

    /** The words in the bits' order; a bit without a word is told by its value, such as {@code 0x8}. */
    static List<String> words(long flags) {
        List<String> words = new ArrayList<>();
        for (long rest = flags; rest != 0; rest &= rest - 1) {
            words.add(word(Long.lowestOneBit(rest)));
        }
        return words;
    }

    private static String word(long bit) {
        if (bit == Feature.STOP_COPY) {
            return "stop-copy";
        }
        if (bit == Feature.P2P) {
            return "p2p";
        }
        return bit == Feature.PRE_COPY ? "pre-copy" : "0x" + Long.toHexString(bit);
    }
}
