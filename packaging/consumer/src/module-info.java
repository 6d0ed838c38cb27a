/* SPDX-License-Identifier: Apache-2.0 */
module example.asks {
    requires org.vfio4j.management;
}
