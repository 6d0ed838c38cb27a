/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

/** Hears how far a machine's move is, and may end it. Called by the thread that moves. */
public interface MoveListener {
    /** A step begins, in words. */
    void step(String what);

    /** The machine's memory is on its way. */
    void migrating(VmMigration migration);

    /** Whether it is to end: everything is taken back then, unless the machine runs at the destination already. */
    boolean isCancelled();
}
