/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import org.vfio4j.cli.common.Options;
import picocli.CommandLine.Model.OptionSpec;

/** {@code --poll}: how a vfio-user server waits. */
final class PollOption {
    static final String NAME = "--poll";

    private PollOption() {}

    static OptionSpec spec() {
        return Options.flag(
                        "answer devices' clients faster, for a processor's time: wait for their messages awake", NAME)
                .build();
    }
}
