/* SPDX-License-Identifier: Apache-2.0 */
/** What is there: the parents, types and devices of a host, read without opening any of them. */
@NullMarked
package org.vfio4j.management.host;

import org.jspecify.annotations.NullMarked;
