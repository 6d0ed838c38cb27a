/* SPDX-License-Identifier: Apache-2.0 */
/** A host's devices and their answers in the forms that others read: Kubernetes and container runtimes. */
@NullMarked
package org.vfio4j.fleet.export;

import org.jspecify.annotations.NullMarked;
