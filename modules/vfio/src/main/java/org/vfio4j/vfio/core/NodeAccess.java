/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

/**
 * The owner and the permission bits of a group's node {@code /dev/vfio/N}.
 *
 * @param uid owner
 * @param gid group
 * @param mode permission bits, such as {@code 0600}
 */
public record NodeAccess(int uid, int gid, int mode) {
    private static final int READ = 04;
    private static final int WRITE = 02;
    private static final int OWNER_ONLY = 0600;
    private static final int OWNER_SHIFT = 6;
    private static final int GROUP_SHIFT = 3;

    /** Mode 0600, as devtmpfs makes them, for this owner. */
    public static NodeAccess ownedBy(Credentials owner) {
        return new NodeAccess(owner.uid(), owner.gid(), OWNER_ONLY);
    }

    /** Whether open(2) for reading lets him in. */
    boolean mayRead(Credentials who) {
        return allows(who, READ);
    }

    /** Whether open(2) for reading and writing lets him in. */
    boolean mayReadAndWrite(Credentials who) {
        return allows(who, READ | WRITE);
    }

    private boolean allows(Credentials who, int wanted) {
        if (who.isPrivileged()) {
            return true;
        }
        int shift = 0;
        if (who.uid() == uid) {
            shift = OWNER_SHIFT;
        } else if (who.gid() == gid || who.groups().contains(gid)) {
            shift = GROUP_SHIFT;
        }
        return ((mode >>> shift) & wanted) == wanted;
    }
}
