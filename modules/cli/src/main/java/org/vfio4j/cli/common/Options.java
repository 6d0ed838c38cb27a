/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import picocli.CommandLine.Model.OptionSpec;

/** What the options of all commands have in common. */
public final class Options {
    /** Columns of the help texts. */
    static final int WIDTH = 80;

    private Options() {}

    static OptionSpec help() {
        return flag("show this help and exit", "-h", "--help").usageHelp(true).build();
    }

    /** An option without a value. */
    public static OptionSpec.Builder flag(String description, String... names) {
        return OptionSpec.builder(names).type(boolean.class).description(description);
    }

    /** An option with a value. */
    public static OptionSpec.Builder value(String label, String description, String... names) {
        return OptionSpec.builder(names).type(String.class).paramLabel(label).description(description);
    }
}
