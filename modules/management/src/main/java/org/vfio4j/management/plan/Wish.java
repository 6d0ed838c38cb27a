/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

/** What somebody wants of something that may not work. */
public enum Wish {
    /** If it works; and not otherwise, with the reason. */
    AUTO("auto"),
    /** It must work, or there is no plan. */
    ON("on"),
    OFF("off");

    private final String word;

    Wish(String word) {
        this.word = word;
    }

    /** How the command line spells it. */
    public String word() {
        return word;
    }
}
