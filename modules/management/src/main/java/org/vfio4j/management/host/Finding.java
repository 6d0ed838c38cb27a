/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

/**
 * Something worth saying about a host or a device.
 *
 * @param id stable, for scripts, such as {@code tree-no-permission}
 * @param severity how bad it is
 * @param subject what it is about: a device, a path
 * @param text what is the case, a sentence
 * @param remedy what to do, a sentence; empty where nothing needs to be done
 */
public record Finding(String id, Severity severity, String subject, String text, String remedy) {
    /** From good to know to cannot work. */
    public enum Severity {
        INFO("info"),
        WARNING("warning"),
        BLOCKER("blocker");

        private final String word;

        Severity(String word) {
            this.word = word;
        }

        /** How JSON and tables spell it. */
        public String word() {
            return word;
        }
    }
}
