/* SPDX-License-Identifier: Apache-2.0 */
/** Many hosts: what is published of them, and questions to all. */
@NullMarked
package org.vfio4j.cli.fleet;

import org.jspecify.annotations.NullMarked;
