/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import org.jspecify.annotations.Nullable;

/**
 * How to ask.
 *
 * @param mayReset whether physical devices may be opened, which resets them
 * @param wayOrNull the only way to ask by; all of the host's if null
 */
record ProbeOptions(boolean mayReset, @Nullable String wayOrNull) {
    static final ProbeOptions DEFAULT = new ProbeOptions(false, null);
}
