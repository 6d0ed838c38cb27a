/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.Map;
import org.vfio4j.management.host.HostDevice;

/**
 * One way of asking a device what it can do. A way never changes a device that is in use, never resets one and needs no virtual machine.
 */
public interface Way {
    /** Its name, as {@code --way} takes it. */
    String name();

    /** What it takes to ask by it, in a few words. */
    String needs();

    /** What of the host and the device it touches, in a few words. */
    String touches();

    /** The answers it has; a question it has nothing to say to is left out. */
    Map<Question, Answer> ask(HostDevice device);
}
