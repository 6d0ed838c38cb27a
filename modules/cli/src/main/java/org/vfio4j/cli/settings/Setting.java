/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.settings;

/**
 * A value that somebody gave an option elsewhere than on the command line.
 *
 * @param key the option's name without dashes ({@code run-dir}), or for one command only, with the command before it ({@code serve.sysfs})
 * @param value as it was written
 * @param origin an environment variable's name, or a file and its line
 */
public record Setting(String key, String value, String origin) {}
