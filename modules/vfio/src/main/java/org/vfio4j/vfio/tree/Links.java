/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

/** Links' targets as sysfs makes them: kernfs_get_target_path of fs/kernfs/symlink.c. */
final class Links {
    private Links() {}

    /**
     * A link.
     *
     * @param folder that the link lies in, below {@code /sys}, such as {@code /bus/mdev/devices}
     * @param target where it leads, below {@code /sys}
     */
    static Node.Link from(String folder, String target) {
        String targetFolder = target.substring(0, target.lastIndexOf('/'));
        StringBuilder path = new StringBuilder();
        String common = folder;
        while (!isAt(common, targetFolder)) {
            path.append("../");
            common = common.substring(0, common.lastIndexOf('/'));
        }
        return new Node.Link(path + target.substring(common.length() + 1));
    }

    private static boolean isAt(String ancestor, String folder) {
        return folder.equals(ancestor) || folder.startsWith(ancestor + "/");
    }
}
