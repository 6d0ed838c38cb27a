/* SPDX-License-Identifier: Apache-2.0 */
/** The web console: a server for the page, the API, its events and its displays. */
@NullMarked
package org.vfio4j.console.web;

import org.jspecify.annotations.NullMarked;
