/* SPDX-License-Identifier: Apache-2.0 */
/** What a host answers over HTTP, without the HTTP: routes as data, over the commands of its control socket. */
@NullMarked
package org.vfio4j.console.api;

import org.jspecify.annotations.NullMarked;
