/* SPDX-License-Identifier: Apache-2.0 */
/** Values of options that are not on the command line: from the environment and from files. */
@NullMarked
package org.vfio4j.cli.settings;

import org.jspecify.annotations.NullMarked;
