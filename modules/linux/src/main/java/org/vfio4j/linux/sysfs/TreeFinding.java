/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

/**
 * Expected bad news about a place in the tree. All four are printable ASCII, whatever the tree holds.
 *
 * @param id one of {@link TreeProblem}'s
 * @param path of this machine, or within the captured tree, such as {@code /sys/class/mdev_bus/mtty}
 * @param text what is wrong there, in a few words
 * @param remedy what helps
 */
public record TreeFinding(String id, String path, String text, String remedy) {
    public boolean is(TreeProblem problem) {
        return id.equals(problem.id());
    }
}
