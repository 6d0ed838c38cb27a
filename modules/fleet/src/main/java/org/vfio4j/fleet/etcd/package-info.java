/* SPDX-License-Identifier: Apache-2.0 */
/** An inventory in etcd. Whoever uses this package needs jetcd on the class path. */
@NullMarked
package org.vfio4j.fleet.etcd;

import org.jspecify.annotations.NullMarked;
