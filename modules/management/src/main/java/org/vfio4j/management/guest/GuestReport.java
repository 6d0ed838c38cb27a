/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.guest;

import java.util.List;
import org.vfio4j.linux.ForeignText;

/** What a guest answered when it was asked for its devices' drivers. */
public sealed interface GuestReport {
    /** Its PCI devices that have a driver with a version. */
    record Devices(List<GuestDevice> devices) implements GuestReport {
        public Devices {
            devices = List.copyOf(devices);
        }
    }

    /**
     * It told nothing.
     *
     * @param because why, half a sentence
     * @param remedy what would help, a sentence
     */
    record Silent(String because, String remedy) implements GuestReport {
        private static final int MAX_LENGTH = 300;

        /** The reason may quote the guest, so it is cut. */
        public Silent {
            because = ForeignText.line(because, MAX_LENGTH);
        }
    }
}
