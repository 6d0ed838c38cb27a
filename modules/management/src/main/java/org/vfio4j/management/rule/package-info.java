/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Rules as data: what has to be the case, and for which versions of whom, for something not to work. Plan and preflight say what is the case
 * and get findings.
 */
@NullMarked
package org.vfio4j.management.rule;

import org.jspecify.annotations.NullMarked;
