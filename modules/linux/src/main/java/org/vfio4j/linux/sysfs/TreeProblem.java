/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

/** What can be wrong with a place in the tree. The ids are stable: scripts and golden files hold on to them. */
public enum TreeProblem {
    ATTRIBUTE_TOO_LARGE(
            "tree-attribute-too-large",
            "The kernel writes at most 4096 bytes into an attribute; if this is a captured tree, capture it again."),
    ATTRIBUTE_BINARY(
            "tree-attribute-binary", "VFIO's attributes are text; if this is a captured tree, capture it again."),
    ATTRIBUTE_MALFORMED(
            "tree-attribute-malformed",
            "Report it to the driver's vendor; if this is a captured tree, capture it again."),
    ATTRIBUTE_MISSING(
            "tree-attribute-missing",
            "Every kernel with this bus has the attribute; if this is a captured tree, capture it again."),
    NOT_A_FILE("tree-not-a-file", "If this is a captured tree, capture it again, attributes as regular files."),
    NOT_A_DIRECTORY("tree-not-a-directory", "If this is a captured tree, capture it again."),
    NOT_A_LINK("tree-not-a-link", "If this is a captured tree, capture it again and keep symbolic links as links."),
    NAME_INVALID("tree-name-invalid", "The kernel makes no such name; remove the entry from the captured tree."),
    LINK_INVALID("tree-link-invalid", "If this is a captured tree, capture it again and keep symbolic links as links."),
    LINK_LOOP("tree-link-loop", "The kernel makes no such links; remove them from the captured tree."),
    NO_PERMISSION("tree-no-permission", "Run as root, or as a user who may read this path."),
    VANISHED("tree-vanished", "The device went away while it was read; ask again."),
    TOO_MANY_ENTRIES("tree-too-many-entries", "Only a part was read; ask for a single device instead."),
    TOO_MANY_FINDINGS("tree-too-many-findings", "Mend the findings before this one, then ask again."),
    NOT_CAPTURED("tree-not-captured", "Capture this folder too, or ask the machine itself."),
    READ_FAILED("tree-read-failed", "Look into the kernel's log for what the driver says.");

    private final String id;
    private final String remedy;

    TreeProblem(String id, String remedy) {
        this.id = id;
        this.remedy = remedy;
    }

    /** The stable id, such as {@code tree-link-loop}. */
    public String id() {
        return id;
    }

    /** What helps, unless the reader knows better. */
    public String remedy() {
        return remedy;
    }

    /** The finding of this problem at {@code path}, which may hold hostile characters: they are shown escaped. */
    TreeFinding at(String path, String text) {
        return new TreeFinding(id, Names.printable(path), text, remedy);
    }
}
