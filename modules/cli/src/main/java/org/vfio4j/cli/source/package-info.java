/* SPDX-License-Identifier: Apache-2.0 */
/** Where a command has its devices from: this machine, the running host, a file or a captured tree. */
@NullMarked
package org.vfio4j.cli.source;

import org.jspecify.annotations.NullMarked;
