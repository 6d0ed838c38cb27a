/* SPDX-License-Identifier: Apache-2.0 */
/** libvirt's domain XML: read as foreign input, changed where it must, and everything else of it kept as it was written. */
@NullMarked
package org.vfio4j.management.domain;

import org.jspecify.annotations.NullMarked;
