/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** The header that every entry of a capability chain begins with; {@link CapabilityChain} walks the chain. */
public final class VfioCapability {
    public static final Struct HEADER = Struct.named("vfio_info_cap_header")
            .u16("id")
            .u16("version")
            .u32("next")
            .build();
    public static final Struct.U16 HEADER_ID = HEADER.u16("id");
    public static final Struct.U16 HEADER_VERSION = HEADER.u16("version");
    public static final Struct.U32 HEADER_NEXT = HEADER.u32("next");

    private VfioCapability() {}
}
