/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

import org.jspecify.annotations.Nullable;
import org.vfio4j.management.json.Cursor;

/**
 * How far QEMU is with a migration, as query-migrate tells.
 *
 * @param status in QEMU's words, {@code none} before one
 * @param transferred bytes of memory so far
 * @param remaining bytes of memory left
 * @param downtimeMillis how long the machine stood still, or is expected to; -1 if QEMU does not tell
 * @param errorOrNull why it failed
 */
public record VmMigration(
        String status,
        long transferred,
        long remaining,
        long downtimeMillis,
        @Nullable String errorOrNull) {
    static VmMigration read(Cursor at) {
        at.object();
        String status = at.at("status").textOrNull();
        Cursor ram = at.at("ram");
        Cursor downtime = at.at("downtime").isAbsent() ? at.at("expected-downtime") : at.at("downtime");
        return new VmMigration(
                status == null ? "none" : status,
                ram.isAbsent() ? 0 : number(ram.at("transferred"), 0),
                ram.isAbsent() ? 0 : number(ram.at("remaining"), 0),
                number(downtime, -1),
                at.at("error-desc").textOrNull());
    }

    /** Whether it is over, however it ended. */
    public boolean isEnd() {
        return switch (status) {
            case "completed", "failed", "cancelled" -> true;
            default -> false;
        };
    }

    /** Whether all of the machine is at the destination. */
    public boolean isCompleted() {
        return status.equals("completed");
    }

    private static long number(Cursor at, long absent) {
        if (at.node() == null || !at.node().isIntegralNumber()) {
            return absent;
        }
        return Math.max(absent, at.node().longValue());
    }
}
