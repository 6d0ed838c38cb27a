/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

/** Which of two places that are as good otherwise comes first. */
public enum Ranking {
    /** Where least is left: cards are filled one after the other. */
    PACK,
    /** Where most is left. */
    SPREAD
}
